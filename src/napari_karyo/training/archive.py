"""Archives of crops, unpacked into a working folder and nowhere else."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from napari_karyo.errors import ReadError

#: Of one member, in bytes: no crop has so many.
LARGEST_MEMBER: Final = 200_000_000
#: How many times its own size an archive may become, and what any may: paper is white, and
#: packs well.
_MOST_TIMES: Final = 100
_ALWAYS: Final = 500_000_000

#: Bytes of a folder's or file's name on most disks.
_LONGEST_PART: Final = 255
_LONGEST_NAME: Final = 1_000

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 1

#: What `zipfile` raises of an archive that is none, damaged, or made by means it lacks.
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)


def unpack_archive(archive: Path, folder: Path) -> None:
    """Unpack a zip archive of crops.

    Every member is judged before the first is written: its name, its kind, its method and
    the size that it says it has. No more than that is ever written.

    Parameters
    ----------
    archive : Path
    folder : Path
        Where its members go; it is there.

    Raises
    ------
    ReadError
        Where it is damaged, encrypted, packed by other means, has a member that would lie
        outside the folder or is no plain file, would become too large, or the disk is full.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = [one for one in file.infolist() if not one.filename.endswith("/")]
            _check(archive, members, shutil.disk_usage(folder).free)
            for member in members:
                place = folder / member.filename
                place.parent.mkdir(parents=True, exist_ok=True)
                with file.open(member) as packed, place.open("wb") as stream:
                    shutil.copyfileobj(packed, stream)
    except _DAMAGED as error:
        raise ReadError(
            "the archive could not be unpacked: it is damaged "
            f"({' '.join(str(error).split())[:200]}).",
            "Copy it again.",
            archive,
        ) from error
    except OSError as error:
        raise ReadError(
            f"the archive could not be unpacked ({error}).",
            "Copy it again if it is damaged, and check that the disk is not full.",
            archive,
        ) from error


def _check(archive: Path, members: Sequence[zipfile.ZipInfo], free: int) -> None:
    known = set()
    for member in members:
        why = _wrong_with(member)
        if member.filename in known:
            why = "it is there twice"
        if why:
            name = repr(member.filename[:80])
            raise ReadError(
                f"its member {name} can't be unpacked: {why}.",
                "Pack the folder of crops anew, as a plain zip archive.",
                archive,
            )
        known.add(member.filename)
    size, whole = archive.stat().st_size, sum(member.file_size for member in members)
    # Members may not share their bytes: by that a small archive becomes a very large folder.
    if sum(member.compress_size for member in members) > size or (
        whole > _ALWAYS + _MOST_TIMES * size
    ):
        raise ReadError(
            f"unpacked it would have {whole / 1e9:.1f} GB, which no crops of its size have.",
            "It was left packed.",
            archive,
        )
    if whole > free:
        raise ReadError(
            f"unpacked it has {whole / 1e9:.1f} GB; the disk has {free / 1e9:.1f} GB left.",
            "Choose another folder to work in.",
            archive,
        )


def _wrong_with(member: zipfile.ZipInfo) -> str:
    """Return why a member can't be unpacked; empty where it can."""
    name = member.filename
    parts = PurePosixPath(name).parts
    kind = stat.S_IFMT(member.external_attr >> 16)
    if not parts or ".." in parts or name.startswith("/") or PureWindowsPath(name).anchor:
        return "its place would be outside the folder"
    if "\\" in name or min(name) < " ":
        return "its name can't be that of a file"
    if len(name.encode()) > _LONGEST_NAME or any(len(p.encode()) > _LONGEST_PART for p in parts):
        return "its name is too long"
    if kind not in (0, stat.S_IFREG):
        return "it is a link, or no file at all"
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if member.compress_type not in _METHODS:
        return "it is packed by a method that this program doesn't know"
    if member.file_size > LARGEST_MEMBER:
        return f"it has {member.file_size / 1e9:.1f} GB"
    return ""
