"""Fonts of the system, for letters that the program's own typefaces lack."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import uharfbuzz

from napari_karyo.lettering.clean import needed
from napari_karyo.lettering.typeface import Typeface
from napari_karyo.lettering.writings import Writing

_log = logging.getLogger(__name__)

_ENDINGS: Final = (".ttf", ".otf", ".ttc", ".otc")
#: They have a box for every letter there is, which helps nobody.
_USELESS: Final = ("lastresort", "adobeblank", "adobenotdef")
#: What names of files say of a typeface that is not an upright one for running text, and how
#: much that counts.
_LOOKS: Final = {
    "italic": 8, "oblique": 8, "mono": 4, "narrow": 3, "condensed": 3, "black": 3, "heavy": 3,
    "extra": 3, "thin": 3, "light": 2, "serif": 2, "medium": 1, "semi": 1, "demi": 1, "display": 1,
    "looped": 1, "ui": 1,
}  # fmt: skip


def font_folders() -> list[Path]:
    """Return where fonts usually lie on this system; not all of the folders need be there."""
    home = Path.home()
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"
        own = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        return [windows, own / "Microsoft/Windows/Fonts"]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return [own / "fonts", home / ".fonts", *(Path(one) / "fonts" for one in shared.split(":"))]


@lru_cache(maxsize=1)
def font_files() -> tuple[Path, ...]:
    """Return the font files of this system, each once."""
    found = dict.fromkeys(_known_to_fontconfig())
    for folder in font_folders():
        for place, _, names in os.walk(folder):
            found |= dict.fromkeys(Path(place) / name for name in names)
    return tuple(one for one in found if one.suffix.casefold() in _ENDINGS)


def _known_to_fontconfig() -> list[Path]:
    """Return what fontconfig knows of: also fonts in folders that only it is told of."""
    program = shutil.which("fc-list")
    if program is None:
        return []
    try:
        said = subprocess.run(
            [program, "--format", "%{file}\n"], capture_output=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("fc-list did not answer: %s", error)
        return []
    return [Path(os.fsdecode(line)) for line in said.splitlines() if line]


def find_typefaces(
    clusters: frozenset[str], writing: Writing, bold: bool = False
) -> dict[str, Typeface]:
    """Find fonts of the system for letters: one for all of them, if there is such a one.

    Parameters
    ----------
    clusters : frozenset of str
        Letters, each with the accents that stand on it.
    writing : Writing
        What they belong to.
    bold : bool
        A bold one is taken where there is one.

    Returns
    -------
    dict of str to Typeface
        Without the letters that no font has.
    """
    single = {one: _first(one, writing, bold) for one in clusters}
    found = {one: typeface for one, typeface in single.items() if typeface is not None}
    if len(set(found.values())) > 1:
        for typeface in _ranked(writing, bold):
            if all(_has_all(typeface, one) for one in found):
                return dict.fromkeys(found, typeface)
    return found


@lru_cache(maxsize=8192)
def _first(cluster: str, writing: Writing, bold: bool) -> Typeface | None:
    return next((one for one in _ranked(writing, bold) if _has_all(one, cluster)), None)


def _has_all(typeface: Typeface, cluster: str) -> bool:
    return all(typeface.has(letter) for letter in needed(cluster))


def _ranked(writing: Writing, bold: bool) -> Iterator[Typeface]:
    """Yield the typefaces of this system, the best for a writing first."""
    for path in _ordered(font_files(), writing.fonts, bold):
        typeface = _opened(path, writing.region)
        if typeface is not None:
            yield typeface


@lru_cache(maxsize=128)
def _ordered(paths: tuple[Path, ...], wanted: tuple[str, ...], bold: bool) -> tuple[Path, ...]:
    def rank(path: Path) -> tuple[int, int, str]:
        name = "".join(letter for letter in path.stem.casefold() if letter.isalnum())
        place = next((n for n, part in enumerate(wanted) if name.startswith(part)), len(wanted))
        looks = sum(count for word, count in _LOOKS.items() if word in name)
        looks += ("bold" in name or name.endswith(("bd", "b"))) != bold
        return place, looks, name

    named = [path for path in paths if not path.stem.casefold().startswith(_USELESS)]
    return tuple(sorted(named, key=rank))


@lru_cache(maxsize=4096)
def _opened(path: Path, region: str) -> Typeface | None:
    """Return the typeface of a file, of several the one for a region; None where it is none."""
    try:
        count = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))).count
        several = [Typeface(path, number) for number in range(max(1, min(int(count), 64)))]
        usable = [one for one in several if one.usable]
        fitting = [one for one in usable if region and region in one.name.split()]
        return next(iter(fitting or usable), None)
    except (OSError, uharfbuzz.HarfBuzzError, ValueError) as error:
        _log.debug("%s is no font that can be used: %s", path, error)
        return None


def forget() -> None:
    """Look for fonts anew: one may have been installed."""
    for remembered in (font_files, _first, _ordered, _opened):
        remembered.cache_clear()
