"""The bands of the human chromosomes, as the ideograms of the nomenclature have them.

The table ``bands.csv`` is derived from NCBI's human ideograms
(``ideogram_9606_GCF_000001305.14``, which is GRCh38) at 400, 550 and 850 bands by
``tools/make_band_table.py``. Places are in the ideogram's ISCN units, which are those of a
chromosome as it is seen under the microscope, not of base pairs.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, cast

from napari_karyo.classes import CLASSES
from napari_karyo.errors import KaryoError, ReadError

#: Bands in a haploid set, at which ideograms are drawn.
LEVELS: Final = (400, 550, 850)

TABLE: Final = "bands.csv"

Arm = Literal["p", "q"]
#: G-negative, G-positive, the centromere, heterochromatin that varies from person to person,
#: and the stalks of the acrocentric chromosomes.
Stain = Literal["gneg", "gpos", "acen", "gvar", "stalk"]


@dataclass(frozen=True)
class Band:
    """One band of an ideogram.

    Attributes
    ----------
    name : str
        With its arm and without the class, such as ``p36.3``.
    arm : {"p", "q"}
    start, stop : int
        From the tip of the p arm, in ISCN units.
    stain : {"gneg", "gpos", "acen", "gvar", "stalk"}
    density : int
        How dark a G-positive band is: 25, 50, 75 or 100. 0 for all others.
    """

    name: str
    arm: Arm
    start: int
    stop: int
    stain: Stain
    density: int

    @property
    def middle(self) -> float:
        """The band's middle, in ISCN units."""
        return (self.start + self.stop) / 2


@cache
def _tables() -> dict[int, Mapping[str, tuple[Band, ...]]]:
    """Read the table that is shipped."""
    path = files("napari_karyo.ideogram").joinpath(TABLE)
    found: dict[int, dict[str, list[Band]]] = {
        level: {name: [] for name in CLASSES} for level in LEVELS
    }
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            bands = found[int(row["level"])][row["class"]]
            stain = row["stain"].rstrip("0123456789")
            bands.append(
                Band(
                    row["band"],
                    cast(Arm, row["band"][0]),
                    bands[-1].stop if bands else 0,
                    int(row["stop"]),
                    cast(Stain, stain),
                    int(row["stain"][len(stain) :] or 0),
                )
            )
    except (OSError, KeyError, ValueError) as error:
        raise ReadError(
            "the table of chromosome bands can't be read.", "Install napari-karyo again.", str(path)
        ) from error
    return {
        level: MappingProxyType({name: tuple(bands) for name, bands in table.items()})
        for level, table in found.items()
    }


def load_bands(level: int = 400) -> Mapping[str, tuple[Band, ...]]:
    """Return the bands of every class, from the tip of the p arm to that of the q arm.

    Parameters
    ----------
    level : {400, 550, 850}
        Bands in a haploid set.

    Returns
    -------
    mapping of str to tuple of Band
        Keys in the order of `CLASSES`. Each band begins where the last one ends.

    Raises
    ------
    KaryoError
        Where there is no such level, or the table is missing or damaged.
    """
    if level not in LEVELS:
        known = ", ".join(str(number) for number in LEVELS)
        raise KaryoError(f"there is no ideogram of {level} bands.", f"Use one of {known}.")
    return _tables()[level]
