"""Which files and folders of a folder are meant, and which a system left there."""

from __future__ import annotations

import re
from pathlib import Path

from napari_karyo.io.decode import SUFFIXES
from napari_karyo.io.names import natural_key

#: Files that systems and other programs leave behind and that nobody means.
_LEFT_BEHIND = re.compile(
    r"""
    \..*                               # hidden: ._a.png, .DS_Store, .directory
    | (?:eh)?thumbs\.db(?:[:_].*)?     # Windows' thumbnails
    | desktop\.ini | folder\.(?:ini|htt) | icon\r? | picasa\.ini | pspbrwse\.jbf | zbthumbnail\.info
    | .*zone\.identifier(?::\$data)?   # where Windows noted that a file was downloaded
    | .*:(?:encryptable|\$data|ofs\w*) | .*:com\..* | .*:mshield
    | .*@(?:synoeastream|synoresource) # Synology
    | ~.* | .*~ | .*\.(?:tmp|bak|part|crdownload|lnk|url|webloc)
    | .*\.(?:xmp|thm|pp3|aux\.xml|on1|dop|arp|roi|md5|sha1|sha256)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

_LEFT_FOLDERS = re.compile(
    r"\..*|@.*|#recycle|__macosx|\$recycle\.bin|system volume information|lost\+found|"
    r"recycler|_?thumb(?:nail)?s?",
    re.IGNORECASE,
)

#: Notes that a program writes beside an image, under the image's name.
_NOTES = (
    ".txt",
    ".xml",
    ".json",
    ".csv",
    ".tsv",
    ".ini",
    ".yaml",
    ".yml",
    ".log",
    ".meta",
    ".info",
)
_NOTED = re.compile(r"[\s_.-]*(?:meta(?:data)?|info|properties|props|exif)\Z", re.IGNORECASE)


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; what may not even be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_image(path: Path) -> bool:
    """Tell whether a file's name is that of an image."""
    return path.suffix.lower() in SUFFIXES


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder that somebody means, as people count.

    Raises
    ------
    OSError
        Where the folder may not be listed.
    """
    found = [
        path
        for path in folder.iterdir()
        if not _LEFT_BEHIND.fullmatch(path.name) and not is_folder(path)
    ]
    names = {path.name.casefold() for path in found if is_image(path)}
    stems = {Path(name).stem for name in names}
    return sorted(
        (path for path in found if is_image(path) or not _is_note(path, names, stems)),
        key=lambda path: natural_key(path.name),
    )


def _is_note(path: Path, names: set[str], stems: set[str]) -> bool:
    if path.suffix.lower() not in _NOTES:
        return False
    stem = path.stem.casefold()
    root = _NOTED.sub("", stem)
    return bool({stem, root} & (names | stems))


def folders_of(folder: Path) -> list[Path]:
    """Return the folders in a folder that somebody means, as people count.

    Raises
    ------
    OSError
        Where the folder may not be listed.
    """
    return sorted(
        (
            path
            for path in folder.iterdir()
            if is_folder(path) and not _LEFT_FOLDERS.fullmatch(path.name)
        ),
        key=lambda path: natural_key(path.name),
    )


def images_of(folder: Path) -> list[Path]:
    """Return the image files of a folder; none of one that may not be read."""
    try:
        return [item for item in files_of(folder) if is_image(item)]
    except OSError:
        return []


def folders_with_images(path: Path) -> dict[Path, int]:
    """Return the folders in a folder that hold image files, and how many."""
    try:
        counts = {folder: len(images_of(folder)) for folder in folders_of(path)}
    except OSError:
        return {}
    return {folder: count for folder, count in counts.items() if count}


def _holds_cells(path: Path) -> bool:
    """Tell whether a folder's pictures lie in its folders rather than in itself.

    A patient's folder may hold overview pictures: fewer than a cell has crops, or at
    most one a cell. A cell's may hold a folder with its karyogram or with thumbnails.
    """
    below, loose = folders_with_images(path), len(images_of(path))
    return bool(below) and (max(below.values()) > loose or len(below) >= loose)


def is_cell_folder(path: Path | str) -> bool:
    """Tell whether a folder holds a cell's image files, without opening them.

    A folder with an overview picture beside folders of crops is no cell but a patient.
    """
    path = Path(path)
    return is_folder(path) and bool(images_of(path)) and not _holds_cells(path)


def is_patient_folder(path: Path | str) -> bool:
    """Tell whether a folder holds folders that are cells, without opening images."""
    path = Path(path)
    return is_folder(path) and _holds_cells(path)
