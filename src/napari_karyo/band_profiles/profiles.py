"""The table that simulated chromosomes are drawn from: averages of the training cells.

For each stain and class it holds the mean picture along and across the axis, p arm
up, the mean outline with its waist at the centromere, and how lengths and greys
spread. Every entry is a mean over many chromosomes of many cells; no photograph is
in it. ``python -m napari_karyo.training.band_profiles.derive`` makes it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.errors import KaryoError, ReadError

#: Places along the axis, from the tip of the p arm to the tip of the q arm.
ROWS: Final = 96

#: Places from the axis to the outer rim; the two sides are averaged, since sister
#: chromatids are copies of each other.
COLUMNS: Final = 12

#: Where the last column ends, in half-widths: a little beyond the outline, so that
#: the soft edge of the photograph is part of the picture.
REACH: Final = 1.15

#: The name under which each stain is known.
STAINS: Final = ("G", "Q")
POLARITY: Final = {"G": Polarity.DARK, "Q": Polarity.BRIGHT}

TABLE: Final = "profiles.npz"


@dataclass(frozen=True, eq=False)
class ClassProfile:
    """One class in one stain.

    Attributes
    ----------
    name : str
        The class.
    texture : ndarray, shape (ROWS, COLUMNS), float32
        Mean grey, bright on black, 1 at the chromosome's peak; first column at the axis.
    half_width : ndarray, shape (ROWS,), float32
        Mean distance from the axis to the outline, in pixels of a crop of that stain.
    length : float
        Mean length relative to the mean autosome of the same cell.
    length_spread : float
        Standard deviation of its logarithm.
    peak : float
        Mean grey of its bright bands relative to the cell's median chromosome.
    peak_spread : float
        Standard deviation of that.
    spread : float
        Standard deviation of single chromosomes' greys about the mean picture.
    contrast : float
        How much stronger the bands of single chromosomes are than those of their mean.
    chromosomes : int
        How many the means were taken over.
    """

    name: str
    texture: NDArray[np.float32]
    half_width: NDArray[np.float32]
    length: float
    length_spread: float
    peak: float
    peak_spread: float
    spread: float
    contrast: float
    chromosomes: int

    @property
    def bands(self) -> NDArray[np.float32]:
        """The band profile: mean grey of the inner two thirds of the width, per row."""
        inner = round(COLUMNS * 2 / 3 / REACH)
        return np.asarray(self.texture[:, :inner].mean(axis=1), np.float32)


@dataclass(frozen=True, eq=False)
class StainProfile:
    """All classes in one stain, and how cells differ.

    Attributes
    ----------
    stain : {"G", "Q"}
    classes : dict of str to ClassProfile
    length : float
        Mean length of a cell's autosomes, in pixels, averaged over cells.
    length_spread : float
        Standard deviation of its logarithm: how cells differ in contraction.
    width_spread : float
        Standard deviation of the logarithm of cells' widths.
    width_with_length : float
        Correlation of the two logarithms.
    peak : float
        Mean over cells of the grey of their median chromosome's bright bands, 0 to 1.
    peak_spread : float
        Standard deviation of that.
    """

    stain: str
    classes: dict[str, ClassProfile]
    length: float
    length_spread: float
    width_spread: float
    width_with_length: float
    peak: float
    peak_spread: float

    @property
    def polarity(self) -> Polarity:
        """How the stain shows on the photograph."""
        return POLARITY[self.stain]


def stain_name(stain: str | Polarity) -> str:
    """Return ``"G"`` or ``"Q"`` for a stain's name or polarity.

    Raises
    ------
    KaryoError
        Where it is neither.
    """
    word = str(stain).strip().lower()
    for name, polarity in POLARITY.items():
        if word in (name.lower(), f"{name.lower()}-band", f"{name.lower()}_band", polarity.value):
            return name
    raise KaryoError(
        f"there is no profile of the stain {str(stain)!r}.",
        "Use G (dark on white) or Q (bright on black).",
    )


@cache
def load_profile(stain: str | Polarity) -> StainProfile:
    """Return the profile of a stain from the table that is shipped.

    Parameters
    ----------
    stain : {"G", "Q"} or Polarity

    Raises
    ------
    KaryoError
        Where there is no such stain, or the table is missing or damaged.
    """
    name = stain_name(stain)
    return read_table(Path(str(files("napari_karyo.band_profiles").joinpath(TABLE))))[name]


def read_table(path: Path) -> dict[str, StainProfile]:
    """Read a table that `write_table` wrote.

    Raises
    ------
    ReadError
        Where it is missing or is no such table.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            return {stain: _unpack(stain, dict(table)) for stain in STAINS}
    except (OSError, KeyError, ValueError, EOFError, BadZipFile, zlib.error) as error:
        raise ReadError(
            "the table of band profiles can't be read.",
            "Install napari-karyo again, or derive the table anew.",
            path,
        ) from error


_SCALARS = ("length", "length_spread", "peak", "peak_spread", "spread", "contrast")
_OF_CELLS = (
    "length",
    "length_spread",
    "width_spread",
    "width_with_length",
    "peak",
    "peak_spread",
)


def _unpack(stain: str, table: dict[str, NDArray[np.generic]]) -> StainProfile:
    texture = table[f"{stain}_texture"].astype(np.float32) / np.float32(200.0)
    half_width = table[f"{stain}_half_width"].astype(np.float32) / np.float32(16.0)
    if texture.shape != (len(CLASSES), ROWS, COLUMNS) or half_width.shape != texture.shape[:2]:
        raise ValueError(f"the shape of {stain} is {texture.shape}")
    scalars = table[f"{stain}_scalars"].astype(np.float64)
    counts = table[f"{stain}_chromosomes"].astype(np.int64)
    of_cells = table[f"{stain}_cells"].astype(np.float64)
    classes = {
        name: ClassProfile(
            name,
            texture[index],
            half_width[index],
            **dict(zip(_SCALARS, map(float, scalars[index]), strict=True)),
            chromosomes=int(counts[index]),
        )
        for name, index in CLASS_INDEX.items()
    }
    return StainProfile(stain, classes, **dict(zip(_OF_CELLS, map(float, of_cells), strict=True)))


def write_table(path: Path, profiles: dict[str, StainProfile], source: str) -> None:
    """Write the profiles of both stains, quantized to bytes.

    Parameters
    ----------
    path : Path
        The ``.npz`` file.
    profiles : dict of str to StainProfile
        Keys "G" and "Q".
    source : str
        Where the averages come from, kept in the file.
    """
    table: dict[str, NDArray[np.generic]] = {"source": np.array(source)}
    for stain, profile in profiles.items():
        ordered = [profile.classes[name] for name in CLASSES]
        texture = np.stack([item.texture for item in ordered]) * 200.0
        half_width = np.stack([item.half_width for item in ordered]) * 16.0
        table[f"{stain}_texture"] = np.clip(np.rint(texture), 0, 255).astype(np.uint8)
        table[f"{stain}_half_width"] = np.clip(np.rint(half_width), 0, 255).astype(np.uint8)
        table[f"{stain}_scalars"] = np.array(
            [[getattr(item, key) for key in _SCALARS] for item in ordered], np.float32
        )
        table[f"{stain}_chromosomes"] = np.array([item.chromosomes for item in ordered], np.int32)
        table[f"{stain}_cells"] = np.array([getattr(profile, key) for key in _OF_CELLS], np.float32)
    with path.open("wb") as file:
        np.savez_compressed(file, **table)  # type: ignore[arg-type]
