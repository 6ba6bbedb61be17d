"""The shipped model against a laboratory's own, on cells that neither learned from."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from napari_karyo.classes import CLASSES
from napari_karyo.counted import count
from napari_karyo.errors import ReadError
from napari_karyo.inference.classify import get_weights
from napari_karyo.inference.device import choose_device
from napari_karyo.models.weights import Weights
from napari_karyo.own_model.answers import Outcomes, ask, calibrated_on, outcomes
from napari_karyo.own_model.bootstrap import Share, draw_again, interval
from napari_karyo.training.dataset import LabelledCell, read_cells
from napari_karyo.training.provenance import provenance

#: What is compared, in this order, in words.
MEASURES: Final = {
    "alone": "right by itself",
    "placed": "in the right place",
    "green": "called sure (green)",
    "green_wrong": "of those, wrong",
    "clicks": "to move or turn by hand, a cell",
}
#: Of which less is better.
_LESS: Final = ("green_wrong", "clicks")

#: A model more of whose green lights are wrong than this, and beyond chance more than of the
#: shipped one's, is not better, whatever it places.
MOST_GREEN_WRONG: Final = 0.01

#: Told how many of how many cells are done, both models counted.
CellsDone = Callable[[int, int], None]


@dataclass(frozen=True)
class ComparedMeasure:
    """One figure of both models.

    Attributes
    ----------
    name : str
        Of `MEASURES`, or a class.
    shipped, own : float
        Shares of 1; of ``clicks`` a number.
    low, high : float
        Between which the difference, own less shipped, lies with 95 %.
    crops : int
        Of how many.
    """

    name: str
    shipped: float
    own: float
    low: float
    high: float
    crops: int

    @property
    def better(self) -> bool:
        """Whether the own model is better in this, beyond chance."""
        return self.high < 0 if self.name in _LESS else self.low > 0

    @property
    def worse(self) -> bool:
        """Whether it is worse, beyond chance."""
        return self.low > 0 if self.name in _LESS else self.high < 0


@dataclass(frozen=True)
class ModelComparison:
    """How an own model compares with the shipped one.

    Attributes
    ----------
    shipped, shipped_sha256, own_sha256 : str
    split : str
    cells, patients, crops : int
        Of the kept-out cells.
    measures : tuple of ComparedMeasure
        Of `MEASURES`.
    per_class : tuple of ComparedMeasure
        In the right place, of each class that there is.
    learned_from : dict
        What the own model says that it was made from.
    made : dict
        `napari_karyo.training.provenance`.
    """

    shipped: str
    shipped_sha256: str
    own_sha256: str
    split: str
    cells: int
    patients: int
    crops: int
    measures: tuple[ComparedMeasure, ...]
    per_class: tuple[ComparedMeasure, ...]
    learned_from: dict[str, Any] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def measure(self, name: str) -> ComparedMeasure:
        """Return one of `MEASURES`."""
        return next(one for one in self.measures if one.name == name)

    @property
    def is_better(self) -> bool:
        """Whether more is in the right place beyond chance, and green stays to be trusted."""
        return self.measure("placed").better and not self._green_fails

    @property
    def _green_fails(self) -> bool:
        wrong = self.measure("green_wrong")
        return wrong.worse and wrong.own > MOST_GREEN_WRONG

    @property
    def verdict(self) -> str:
        """What follows, in a sentence or two."""
        placed = self.measure("placed")
        what = (
            f"{placed.own:.1%} of the chromosomes of {count(self.cells, 'kept-out cell')} "
            f"({count(self.patients, 'patient')}) are in the right place, with the shipped model "
            f"{placed.shipped:.1%}"
        )
        points = f"{100 * placed.low:+.1f} to {100 * placed.high:+.1f} points with 95 %"
        if self.is_better:
            return f"The own model is better beyond chance: {what} ({points})."
        if placed.better:
            wrong = self.measure("green_wrong")
            return (
                f"More is in the right place ({what}), but {wrong.own:.1%} of what it calls sure "
                f"is wrong, with the shipped model {wrong.shipped:.1%}: not to be used."
            )
        if placed.worse:
            return f"The own model is worse beyond chance: {what} ({points})."
        return f"The own model is not better beyond chance: {what} ({points})."

    def to_json(self) -> str:
        """Return everything, with the verdict, as JSON."""
        content = {"is_better": self.is_better, "verdict": self.verdict, **asdict(self)}
        return json.dumps(content, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ModelComparison:
        """Read back what `to_json` wrote.

        Raises
        ------
        ReadError
            Where it is nothing of the kind.
        """
        try:
            content = json.loads(text)
            for name in ("is_better", "verdict"):
                content.pop(name, None)
            for name in ("measures", "per_class"):
                content[name] = tuple(ComparedMeasure(**one) for one in content[name])
            found = cls(**content)
            names = {one.name for one in found.measures}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ReadError(
                f"this is no comparison of two models ({error}).", "Let the training end again."
            ) from error
        if names != set(MEASURES):
            raise ReadError("the comparison lacks a figure.", "Let the training end again.")
        return found


def compare(
    data: Path,
    own: Path,
    shipped: str | Path = "default",
    split: str = "val",
    *,
    device: str = "auto",
    progress: CellsDone | None = None,
) -> ModelComparison:
    """Classify kept-out cells with both models and compare what becomes of them.

    Parameters
    ----------
    data : Path
        A folder with ``labels.csv``; see `napari_karyo.training.dataset`.
    own : Path
        The weights of the own model.
    shipped : str or Path
    split : str
        Of cells that neither learned from.
    device : {"auto", "cuda", "mps", "cpu"}
    progress : callable, optional

    Raises
    ------
    ReadError
        Where no cell of the split can be used.

    Notes
    -----
    The light of each cell uses temperature and thresholds fitted on the other kept-out cells, as
    it will meet cells that nothing was fitted on.
    """
    with TemporaryDirectory() as work:
        cells = list(read_cells(data, Path(work), (split,)))
    return compare_cells(cells, get_weights(own), get_weights(shipped), split, device, progress)


def compare_cells(
    cells: Sequence[LabelledCell],
    own: Weights,
    shipped: Weights,
    split: str,
    device: str = "auto",
    progress: CellsDone | None = None,
) -> ModelComparison:
    """Compare two models on cells that are read already; see `compare`.

    Raises
    ------
    ReadError
        Where there is none.
    """
    if not any(len(one.cell) or one.lost for one in cells):
        raise ReadError(
            f"there is no cell of the split {split!r} to compare the models on.",
            "Keep the cells of one patient at least out of training.",
        )
    began, place = time.monotonic(), choose_device(device)
    total = 2 * len(cells)

    def told(before: int) -> Callable[[int], None]:
        return lambda done: progress(before + done, total) if progress is not None else None

    asked = ask(cells, own, place, told(0))
    after = [
        outcomes(
            one, calibrated_on([other for other in asked if other is not one], shipped.calibration)
        )
        for one in asked
    ]
    before = [
        outcomes(one, shipped.calibration) for one in ask(cells, shipped, place, told(len(cells)))
    ]
    measures, per_class = _compared(before, after)
    return ModelComparison(
        shipped=Path(shipped.name).name,
        shipped_sha256=shipped.sha256,
        own_sha256=own.sha256,
        split=split,
        cells=len(cells),
        patients=len({(one.stain, one.patient) for one in cells}),
        crops=sum(len(one.expected) for one in after),
        measures=measures,
        per_class=per_class,
        learned_from=own.facts.get("learned_from", {}),
        made=provenance(str(place), time.monotonic() - began),
    )


def _compared(
    before: Sequence[Outcomes], after: Sequence[Outcomes]
) -> tuple[tuple[ComparedMeasure, ...], tuple[ComparedMeasure, ...]]:
    """Return the figures of two models on the same cells, all together and by class."""
    sizes = [len(one.expected) for one in before]
    cells = np.repeat(np.arange(len(before)), sizes)
    weights = draw_again(cells)
    per_cell = np.repeat([1 / size for size in sizes], sizes)
    old, new = _joined(before), _joined(after)
    shares = [(name, _share(old, name, per_cell), _share(new, name, per_cell)) for name in MEASURES]
    measures = [
        ComparedMeasure(name, a.value, b.value, *interval(weights, a, b), len(cells))
        for name, a, b in shares
    ]
    classes = []
    for index, name in enumerate(CLASSES):
        # A lost crop stands at the end of its cell in both, by its label.
        of_old, of_new = old.expected == index, new.expected == index
        a = Share((old.placed & of_old).astype(np.float64), of_old.astype(np.float64))
        b = Share((new.placed & of_new).astype(np.float64), of_new.astype(np.float64))
        if of_old.any():
            ends = interval(weights, a, b)
            classes.append(ComparedMeasure(name, a.value, b.value, *ends, int(of_old.sum())))
    return tuple(measures), tuple(classes)


def _joined(cells: Sequence[Outcomes]) -> Outcomes:
    return Outcomes(
        *(
            np.concatenate([getattr(one, name) for one in cells])
            for name in ("expected", "alone", "placed", "green", "clicks")
        )
    )


def _share(found: Outcomes, name: str, per_cell: Any) -> Share:
    ones = np.ones(len(found.expected))
    green = found.green.astype(np.float64)
    tops = {
        "alone": (found.alone, ones),
        "placed": (found.placed, ones),
        "green": (green, ones),
        "green_wrong": (green * ~found.placed, green),
        "clicks": (found.clicks, per_cell),
    }
    top, bottom = tops[name]
    return Share(np.asarray(top, np.float64), np.asarray(bottom, np.float64))
