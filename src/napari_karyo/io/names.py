"""The class that a file's name carries, and the order of names."""

from __future__ import annotations

import re
from pathlib import PurePath

from napari_karyo.classes import parse_class

#: ``1 10a`` : cell 1, chromosome 10, homologue a, as the Pki sets write it.
_PKI = re.compile(r"\d+\s+(\d{1,2}|[XY])\s*[a-z]?\Z", re.IGNORECASE)

#: A word before the number that says that a class follows.
_WORDED = re.compile(r"(?:clase|class|chromosome|chr)[\s_-]*(\d{1,2}|[XY])(?![0-9a-z])", re.I)

#: ``12_1``, ``X-2``, ``07 b``: the class, then the number of the homologue. A bare
#: number is more often the crop's number in the cell.
_LEADING = re.compile(r"(\d{1,2}|[XY])(?:[\s_.-]+[0-9a-z]{1,3}|[a-d])\Z", re.IGNORECASE)


def expected_class(name: str) -> str | None:
    """Return the class that a file's name gives, or None where it gives none.

    Parameters
    ----------
    name : str
        For example ``12_1.png``, ``1 10a.bmp``, ``clase7_0_3.tiff`` or ``3_1.ome.tif``.

    Returns
    -------
    str or None
        A member of `CLASSES`.
    """
    stem = PurePath(re.sub(r"\.ome(?=\.tiff?\Z)", "", name, flags=re.IGNORECASE)).stem.strip()
    for pattern in (_PKI, _WORDED, _LEADING):
        match = pattern.search(stem) if pattern is _WORDED else pattern.match(stem)
        if match is not None:
            return parse_class(match.group(1))
    return None


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key under which ``2.png`` comes before ``10.png``."""
    return [
        (0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part.casefold())
        for part in re.split(r"([0-9]+)", name)
        if part
    ]
