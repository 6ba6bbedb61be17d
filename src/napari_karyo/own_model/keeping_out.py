"""Which patients are kept out of training, so that a model is measured on cells it never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from napari_karyo.own_model.collection import CollectedCell, Collection, patient_key
from napari_karyo.training.dataset import read_labels

#: Of the cells that many are kept out, about, and not much fewer.
_SHARE: Final = 1 / 3
_LEAST: Final = 1 / 5
#: To measure on fewer says nothing.
FEWEST_KEPT: Final = 2

#: The names of the two parts in ``labels.csv``.
TRAIN, KEPT = "train", "val"


@dataclass(frozen=True, eq=False)
class Division:
    """The cells to train on and those to measure on, of other patients.

    Attributes
    ----------
    train, kept : tuple of CollectedCell
    patients : frozenset of str
        Keys of the patients that are kept out.
    """

    train: tuple[CollectedCell, ...]
    kept: tuple[CollectedCell, ...]
    patients: frozenset[str]

    def split_of(self, cell: CollectedCell) -> str:
        """Return the part of a cell's patient, as ``labels.csv`` calls it."""
        return KEPT if cell.patient_key in self.patients else TRAIN


def divide(collection: Collection, kept_before: AbstractSet[str] = frozenset()) -> Division:
    """Divide the cells of a collection by patients.

    A patient's key decides, as if by lot: the same patients are kept out when more cells
    come, except while there are hardly any. Half of the cells at least are trained on, as long
    as those kept out before allow it.

    Parameters
    ----------
    collection : Collection
        Its used cells.
    kept_before : set of str
        Keys of patients that were kept out before and stay so: see `kept_out_in`.
    """
    cells = Counter(cell.patient_key for cell in collection.used)
    total = cells.total()
    kept = {one for one in cells if one in kept_before}
    if len(kept) == len(cells):
        # Nothing would be left to train on.
        kept = set()
    count = sum(cells[one] for one in kept)
    for one in sorted(cells.keys() - kept):
        drawn = int(one, 16) < _SHARE * 16 ** len(one)
        needed = count < max(FEWEST_KEPT, _LEAST * total)
        if (drawn or needed) and 2 * (count + cells[one]) <= total:
            kept.add(one)
            count += cells[one]
    return Division(
        tuple(cell for cell in collection.used if cell.patient_key not in kept),
        tuple(cell for cell in collection.used if cell.patient_key in kept),
        frozenset(kept),
    )


def kept_out_in(folder: Path) -> frozenset[str]:
    """Return the keys of the patients that a data folder written before keeps out; or none.

    Parameters
    ----------
    folder : Path
        See `napari_karyo.own_model.writing.write_data`.

    Raises
    ------
    ReadError
        Where its ``labels.csv`` makes no sense.
    """
    if not (folder / "labels.csv").is_file():
        return frozenset()
    named = {row["patient"] for row in read_labels(folder) if row["split"] == KEPT}
    # Where names were asked for, the names stand there.
    return frozenset(named) | frozenset(map(patient_key, named))
