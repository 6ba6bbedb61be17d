"""The whole chain, for one cell or for all cells of a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Chromosome, Problem
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.canvas import to_canvas
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.length import REFERENCE_QUANTILE, length_factor
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.preprocessing.upright import Upright, upright

#: The network's white over a cell's median brightness: room for the brilliant ones.
HEADROOM = 1.4

#: Over what the reference length is taken.
Normalization = Literal["cell", "patient"]

#: Of what each crop is brought to the network's brightness.
Brightness = Literal["cell", "crop"]

#: Input pixels per crop pixel: one factor, or one for each chromosome.
Factors = float | NDArray[np.float64]


@dataclass(frozen=True)
class InputSettings:
    """How crops become a network's input. Kept with its weights.

    Attributes
    ----------
    height, width : int
        Of the canvas, in pixels.
    target_rows : float
        Rows that a chromosome of the reference length fills.
    quantile : float
        Which length of the cell or patient is the reference.
    straighten : bool
        Whether crops are pulled straight along their medial axis.
    brightness : {"cell", "crop"}
        Whether one factor brings all crops of a cell to the network's brightness, so
        that a dim 22 stays darker than a 21 in Q-banding, or each crop is brought to
        full brightness.
    settle : bool
        Whether a cell whose lengths mislead, as one of few crops, is looked at again
        with the scale that its classes tell; see `napari_karyo.preprocessing.scale`.
    """

    height: int = 128
    width: int = 48
    target_rows: float = 96.0
    quantile: float = REFERENCE_QUANTILE
    straighten: bool = True
    brightness: Brightness = "cell"
    settle: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain values for a file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> InputSettings:
        """Read back what `as_dict` wrote; what is left out has its usual value.

        Raises
        ------
        ValueError
            Where a value is unknown, or none of its kind.
        """
        if not isinstance(values, dict):
            raise ValueError("these are no settings")
        for name, value in values.items():
            holds = _SETTINGS.get(name)
            if holds is None or not holds(value):
                raise ValueError(f"{str(name)[:40]} can't be {repr(value)[:40]}")
        return cls(**values)


def _between(low: float, high: float, *kinds: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in kinds and low <= value <= high


def _truth(value: Any) -> bool:
    return type(value) is bool


#: What each of the settings may be in a file.
_SETTINGS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "height": _between(8, 1024, int),
    "width": _between(8, 1024, int),
    "target_rows": _between(1, 1024, int, float),
    "quantile": _between(0, 1, int, float),
    "straighten": _truth,
    "brightness": lambda value: value in get_args(Brightness),
    "settle": _truth,
}


@dataclass(frozen=True, eq=False)
class Prepared:
    """A cell ready for the network.

    Attributes
    ----------
    cell : Cell
        Only the chromosomes that could be prepared; the others are among its problems.
    uprights : tuple of Upright, length N
        The upright pictures, before straightening: what the karyogram shows.
    inputs : ndarray, shape (N, 1, height, width), float32
    grids : ndarray, shape (N, height, width, 2), float32
        Row and column in the original crop of each pixel of the input.
    factors : ndarray, shape (N,), float64
        Input pixels per crop pixel of each; the same for all, unless their relative length
        is lost.
    """

    cell: Cell
    uprights: tuple[Upright, ...]
    inputs: NDArray[np.float32]
    grids: NDArray[np.float32]
    factors: NDArray[np.float64]

    @property
    def factor(self) -> float:
        """The cell's own factor: the median."""
        return float(np.median(self.factors))


def stand_upright(cell: Cell) -> tuple[Cell, tuple[Upright, ...]]:
    """Turn all crops of a cell upright; those that can't be become problems.

    Raises
    ------
    PreprocessingError
        Where not one crop of the cell holds a chromosome.
    """
    kept: list[Chromosome] = []
    pictures: list[Upright] = []
    problems = list(cell.problems)
    white = cell.white
    for chromosome in cell:
        try:
            picture = upright(bright_on_black(chromosome.image, cell.polarity, white))
        except PreprocessingError as error:
            problems.append(Problem(chromosome.name, error.what, error.remedy))
            continue
        kept.append(chromosome)
        pictures.append(picture)
    if not kept:
        raise PreprocessingError(
            "none of the crops holds a chromosome.",
            "Check the stain polarity (bright or dark) and that the folder holds crops.",
            cell.path or cell.name,
        )
    return replace(cell, chromosomes=tuple(kept), problems=tuple(problems)), tuple(pictures)


def pull_straight(uprights: Sequence[Upright], settings: InputSettings) -> tuple[Upright, ...]:
    """Return chromosomes as they are drawn on the canvas: straightened, where the settings say."""
    return tuple(straighten(one) if settings.straighten else one for one in uprights)


def draw_inputs(
    cell: Cell,
    uprights: tuple[Upright, ...],
    factors: Factors,
    settings: InputSettings,
    pulled: Sequence[Upright] | None = None,
) -> Prepared:
    """Draw the upright chromosomes of a cell on the network's canvas with given factors.

    `pulled` is what `pull_straight` gave, where they are drawn more than once.
    """
    inputs, grids = on_canvas(uprights, uprights, factors, settings, pulled)
    each = np.broadcast_to(np.asarray(factors, np.float64), len(uprights))
    return Prepared(cell, uprights, inputs, grids, each)


def on_canvas(
    uprights: Sequence[Upright],
    of_cell: Sequence[Upright],
    factors: Factors,
    settings: InputSettings,
    pulled: Sequence[Upright] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw upright chromosomes on the network's canvas.

    Parameters
    ----------
    uprights : sequence of Upright, length N
    of_cell : sequence of Upright
        Those whose brightness says what is white, where the settings take the cell's.
    factors : float, or ndarray of shape (N,)
        Input pixels per crop pixel: one factor, or one for each chromosome.
    settings : InputSettings
    pulled : sequence of Upright, length N, optional
        They as `pull_straight` gave them; made where left out.

    Returns
    -------
    inputs : ndarray, shape (N, 1, height, width), float32
    grids : ndarray, shape (N, height, width, 2), float32
        Row and column in the original crop of each pixel of the input.
    """
    inputs = np.zeros((len(uprights), 1, settings.height, settings.width), np.float32)
    grids = np.zeros((len(uprights), settings.height, settings.width, 2), np.float32)
    each = settings.brightness == "crop"
    shared = HEADROOM * float(np.median([picture.brightness for picture in of_cell]))
    factors = np.broadcast_to(np.asarray(factors, np.float64), len(uprights))
    shown = pull_straight(uprights, settings) if pulled is None else pulled
    for index, (picture, drawn) in enumerate(zip(uprights, shown, strict=True)):
        inputs[index, 0], grids[index] = to_canvas(
            drawn,
            float(factors[index]),
            settings.height,
            settings.width,
            picture.brightness if each else shared,
        )
    return inputs, grids


def length_factors(
    cells: Sequence[Sequence[Upright]], settings: InputSettings, normalization: Normalization
) -> list[float]:
    """Return the length factor of each cell of a patient.

    Parameters
    ----------
    cells : sequence of sequence of Upright
        The upright pictures of each cell.
    settings : InputSettings
    normalization : {"cell", "patient"}
        For ``"patient"`` all are the same.
    """
    lengths = [[picture.length for picture in pictures] for pictures in cells]
    if normalization == "patient":
        lengths = [[length for of_cell in lengths for length in of_cell]] * len(cells)
    return [length_factor(own, settings.target_rows, settings.quantile) for own in lengths]
