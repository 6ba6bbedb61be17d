"""What a laboratory's case files hold to train on: cells, as values."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.counted import count

#: A cell's place: its case file and its number there.
CellKey = tuple[Path, int]

#: Hexadecimal digits of a patient's key.
_KEY_DIGITS = 12


class CollectedCrop(NamedTuple):
    """A chromosome as a person left it.

    Attributes
    ----------
    label : str
        The class whose slot it is in.
    image : ndarray, shape (height, width), uint8 or uint16
        Grey values as photographed, turned by quarters until it stands p arm up.
    own : str
        The class that the model alone gave it; empty where none did.
    """

    label: str
    image: NDArray[Any]
    own: str = ""


@dataclass(frozen=True, eq=False)
class CollectedCell:
    """A cell of a case file.

    Attributes
    ----------
    case : Path
        The case file.
    number : int
        In the case.
    name : str
    patient : str
        As the case says, or the file's name without its ending where it says nothing.
    polarity : Polarity
    reviewed_by : tuple of str
        Initials of those who signed it as it stands.
    since : datetime or None
        When it was signed last; None where nobody has.
    crops : tuple of CollectedCrop
        Those in a class; empty where the cell can't be trained on.
    left_out_chromosomes : mapping of str to int
        How many others there are, by why they are left out: ``in the tray``, ``marker`` and so on.
    model, model_hash : str
        What classified it.
    why_not : str
        Why it is left out, in a sentence; empty where it is included.
    can_be_taken : bool
        Whether a person may include it although something speaks against it.
    content : frozenset of str
        What tells the cell from others: of the crops as read, and of the photograph.
    expected_wrong : float or None
        How many chromosomes are in a wrong class by the model's own doubt, of those that no
        person has looked at; None of a cell that can't be trained on, whatever is done to it.
    unknown : bool
        Whether it is unlike everything that the model knows, so that its doubt says nothing.
    """

    case: Path
    number: int
    name: str
    patient: str
    polarity: Polarity
    reviewed_by: tuple[str, ...] = ()
    since: datetime | None = None
    crops: tuple[CollectedCrop, ...] = ()
    left_out_chromosomes: Mapping[str, int] = field(default_factory=dict)
    model: str = ""
    model_hash: str = ""
    why_not: str = ""
    can_be_taken: bool = True
    content: frozenset[str] = frozenset()
    expected_wrong: float | None = None
    unknown: bool = False

    @property
    def key(self) -> CellKey:
        """The cell's place."""
        return self.case, self.number

    @property
    def included(self) -> bool:
        """Whether it is trained or measured on."""
        return not self.why_not

    @property
    def patient_key(self) -> str:
        """What the patient is called outside: see `patient_key`."""
        return patient_key(self.patient)

    @property
    def agreement(self) -> float | None:
        """Share of the crops that the model alone gave the person's class; None of no crop."""
        known = [crop for crop in self.crops if crop.own]
        return sum(crop.own == crop.label for crop in known) / len(known) if known else None

    @property
    def left_out_words(self) -> str:
        """Which chromosomes are left out, in words: ``2 in the tray, 1 marker``."""
        return ", ".join(f"{number} {why}" for why, number in self.left_out_chromosomes.items())

    def left_out(self, why: str, can_be_taken: bool = True) -> CollectedCell:
        """Return the cell, left out."""
        return replace(self, why_not=why, can_be_taken=can_be_taken and bool(self.crops))


@dataclass(frozen=True, eq=False)
class Collection:
    """What some case files hold.

    Attributes
    ----------
    cells : tuple of CollectedCell
        In the order of the files and of the cells in them, those left out too.
    faults : tuple of (Path, str)
        Files, and cells of them, that could not be read, and why.
    """

    cells: tuple[CollectedCell, ...]
    faults: tuple[tuple[Path, str], ...] = ()

    @cached_property
    def used(self) -> tuple[CollectedCell, ...]:
        """The cells that are included."""
        return tuple(cell for cell in self.cells if cell.included)

    @property
    def patients(self) -> tuple[str, ...]:
        """The patients of these, in order."""
        return tuple(dict.fromkeys(cell.patient for cell in self.used))

    @property
    def crops(self) -> int:
        """How many crops these have."""
        return sum(len(cell.crops) for cell in self.used)

    @property
    def per_class(self) -> dict[str, int]:
        """How many crops there are of each class."""
        found = Counter(crop.label for cell in self.used for crop in cell.crops)
        return {name: found[name] for name in CLASSES}

    @property
    def polarities(self) -> tuple[Polarity, ...]:
        """The stains, dark or bright, in order."""
        return tuple(dict.fromkeys(cell.polarity for cell in self.used))

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Initials of those who signed, in order."""
        return tuple(dict.fromkeys(who for cell in self.used for who in cell.reviewed_by))

    @property
    def models(self) -> tuple[str, ...]:
        """What classified the cells, in order."""
        return tuple(dict.fromkeys(cell.model for cell in self.used))

    @property
    def between(self) -> tuple[datetime, datetime] | None:
        """When the first and the last cell was signed; None where there is none."""
        times = [cell.since for cell in self.used if cell.since is not None]
        return (min(times), max(times)) if times else None

    def without(self, keys: AbstractSet[CellKey], why: str = "you left it out.") -> Collection:
        """Return the collection with some cells left out by a person."""
        return self._changed(
            lambda cell: cell.left_out(why) if cell.key in keys and cell.included else cell
        )

    def taking(self, keys: AbstractSet[CellKey]) -> Collection:
        """Return the collection with some cells included, as far as they can be."""
        return self._changed(
            lambda cell: (
                replace(cell, why_not="")
                if cell.key in keys and cell.can_be_taken and not cell.included
                else cell
            )
        )

    def told(self) -> str:
        """Return what there is, in a sentence."""
        who = f"; signed by {', '.join(self.reviewers)}" if self.reviewers else ""
        when = ""
        if self.between is not None:
            first, last = (f"{time:%Y-%m-%d}" for time in self.between)
            when = f" on {first}" if first == last else f" from {first} to {last}"
        return (
            f"{count(len(self.used), 'cell')} of "
            f"{count(len({cell.patient_key for cell in self.used}), 'patient')}, "
            f"{count(self.crops, 'crop')}{who}{when}."
        )

    def _changed(self, change: Callable[[CollectedCell], CollectedCell]) -> Collection:
        return replace(self, cells=tuple(map(change, self.cells)))


def patient_key(patient: str) -> str:
    """Return what a patient is called where the name must not stand.

    Equal for one patient in several case files. It tells the name to nobody who does not
    know it already; who guesses a name can find out whether it is this one.

    Parameters
    ----------
    patient : str
        `CollectedCell.patient`.
    """
    words = " ".join(unicodedata.normalize("NFKC", patient).casefold().split())
    whole = hashlib.sha256(words.encode("utf-8", "surrogatepass"))
    return whole.hexdigest()[:_KEY_DIGITS]
