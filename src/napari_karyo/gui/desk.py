"""The desk: the cells open in one viewer, which one lies on top, and what is selected.

The desk holds no truth about a karyotype: that is `Karyotype`. It knows which cell
is looked at and which chromosome the person has in hand, and says when that
changes. It imports neither napari nor Qt, so it can be tested without a window.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from napari_karyo.inference.confidence import (
    Light,
    assigned_probability,
    doubtful_order,
    lights,
)
from napari_karyo.karyogram.page import LampKind
from napari_karyo.karyotype import Karyotype

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Change


_LAMPS: Final[dict[Light, LampKind]] = {
    Light.SURE: "sure",
    Light.LOOK: "look",
    Light.DOUBTFUL: "doubtful",
}


@dataclass(eq=False)
class OpenCell:
    """One classified cell and its karyotype.

    Attributes
    ----------
    classification : Classification
        What the model said.
    karyotype : Karyotype
        Who sits where: the only truth.
    label : str
        Tells it from another karyogram of the same cell; empty where there is none.
    shown_class : dict of int to str
        The class whose saliency is asked for, where it is not the model's own.
    saliency : dict of (int, str) to ndarray
        Maps already computed, on the original crops.
    asked_to_close : bool
        Whether the person was told that closing it loses corrections.
    """

    classification: Classification
    karyotype: Karyotype
    label: str = ""
    shown_class: dict[int, str] = field(default_factory=dict)
    saliency: dict[tuple[int, str], NDArray[np.float32]] = field(default_factory=dict)
    attention: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    asked_to_close: bool = False

    def __repr__(self) -> str:
        return f"<OpenCell {self.name}, {len(self)} chromosomes>"

    @property
    def name(self) -> str:
        """The cell's name, with its label."""
        return self.classification.cell.name + (f" {self.label}" if self.label else "")

    def __len__(self) -> int:
        return len(self.classification.cell)

    @property
    def slots(self) -> list[str]:
        """The slot of each chromosome, in the order of the cell."""
        return [self.karyotype.slot_of(index) for index in range(len(self))]

    def lights(self) -> tuple[Light, ...]:
        """Return the confidence light of every chromosome where it sits now.

        A chromosome that a person has looked at and left, or put there, still has the
        model's doubt: the light says what the model thinks.
        """
        found = self.classification
        return lights(found.probabilities, self.slots, found.thresholds)

    def lamps(self) -> list[LampKind]:
        """Return the light that each chromosome shows: a person's word counts more."""
        return [
            "settled" if self.settled(index) else _LAMPS[light]
            for index, light in enumerate(self.lights())
        ]

    def settled(self, index: int) -> bool:
        """Whether a person has accepted or moved this chromosome."""
        state = self.karyotype.state
        return index in state.reviewed or index in state.corrected

    def open_questions(self) -> list[int]:
        """Return the chromosomes that still want a look, the least certain first."""
        found = self.classification
        waiting = doubtful_order(found.probabilities, self.slots, found.thresholds)
        return [index for index in waiting if not self.settled(index)]

    def confidences(self) -> NDArray[np.floating]:
        """Return the probability of the class whose slot each chromosome sits in.

        Returns
        -------
        ndarray, shape (N,)
        """
        return assigned_probability(self.classification.probabilities, self.slots)

    def asked_class(self, index: int) -> str:
        """Return the class whose saliency is shown for this chromosome."""
        return self.shown_class.get(index, self.classification.predicted[index])


class Desk:
    """The cells open in one viewer.

    Attributes
    ----------
    cells : list of OpenCell
    view : object or None
        The layers that show the current cell; set by `karyogram_view`.
    """

    cells_changed = Signal()
    """A cell was opened or closed below the one on top."""
    cell_changed = Signal(object)
    """Another cell lies on top, or none: OpenCell or None."""
    karyotype_changed = Signal(object)
    """The current cell was edited: Change."""
    selection_changed = Signal(object)
    """Another chromosome is in hand: its index, or None."""
    overlay_changed = Signal()
    """An overlay was switched, or shows another class."""
    said = Signal(str)
    """A short word for the status line."""

    def __init__(self, viewer: Any) -> None:
        self._viewer = weakref.ref(viewer)
        self.cells: list[OpenCell] = []
        self.view: Any = None
        self.typing: Any = None
        self._current: OpenCell | None = None
        self._selected: int | None = None

    @property
    def viewer(self) -> Any:
        """The napari viewer that this desk belongs to."""
        viewer = self._viewer()
        if viewer is None:
            raise RuntimeError("The viewer of this karyogram has been closed.")
        return viewer

    @property
    def viewer_is_open(self) -> bool:
        """Whether the viewer still exists."""
        return self._viewer() is not None

    @property
    def current(self) -> OpenCell | None:
        """The cell on top."""
        return self._current

    @property
    def selected(self) -> int | None:
        """The chromosome in hand."""
        return self._selected

    def open(
        self,
        classification: Classification,
        who: str = "",
        show: bool = True,
        keep: Collection[OpenCell] = (),
    ) -> OpenCell:
        """Put a classified cell on the desk, and on top.

        Classifying a cell again replaces its karyogram, but never one that a person
        has corrected: that one stays open beside the new one.

        Parameters
        ----------
        classification : Classification
        who : str
            Initials of the person who will correct.
        show : bool
            Whether it comes on top. It does so anyway where it replaces the one on top.
        keep : collection of OpenCell
            Not to be replaced: those just opened by the same run.
        """
        karyotype = Karyotype.from_classification(classification, who=who)
        cell = OpenCell(classification, karyotype)
        same = [
            old for old in self.cells if _identity(old.classification) == _identity(classification)
        ]
        untouched = next(
            (old for old in same if not old.karyotype.history and old not in keep), None
        )
        if untouched is not None:
            cell.label = untouched.label
            self.cells[self.cells.index(untouched)] = cell
        else:
            names = {old.name for old in self.cells}
            number = 2
            while cell.name in names:
                cell.label, number = f"({number})", number + 1
            self.cells.append(cell)
        if show or (untouched is not None and untouched is self._current):
            self.show(cell)
        else:
            self.cells_changed.emit()
        return cell

    def show(self, cell: OpenCell | None) -> None:
        """Put one of the open cells on top."""
        if cell is self._current and cell is not None:
            return
        if self._current is not None:
            self._current.karyotype.changed.disconnect(self._pass_on)
            self._current.asked_to_close = False
        self._current = cell
        self._selected = None
        if cell is not None:
            cell.karyotype.changed.connect(self._pass_on)
        self.cell_changed.emit(cell)
        self.selection_changed.emit(None)

    def close(self, cell: OpenCell) -> None:
        """Take a cell from the desk; the next one, if any, comes on top."""
        place = self.cells.index(cell)
        self.cells.remove(cell)
        if cell is self._current:
            left = self.cells[min(place, len(self.cells) - 1)] if self.cells else None
            self.show(left)
        else:
            self.cells_changed.emit()

    def _pass_on(self, change: Change) -> None:
        if self._current is not None:
            # What was said of closing is old: there is something new to lose.
            self._current.asked_to_close = False
        verb = {"do": "", "undo": "Undone: ", "redo": "Done again: "}[change.direction]
        self.say(verb + change.edit.text)
        self.karyotype_changed.emit(change)

    def select(self, index: int | None) -> None:
        """Take a chromosome in hand, or let go of it."""
        if self._current is None:
            index = None
        if index != self._selected:
            self._selected = index
            self.selection_changed.emit(index)

    def say(self, words: str) -> None:
        """Say a short word to the person, in the status line."""
        self.said.emit(words)


def _identity(classification: Classification) -> tuple[Any, ...]:
    """Return what tells whether two results are of one cell.

    Cells without a path, such as the samples, are told apart by their very crops: the
    cell itself is made anew when its stain is set or a crop can't be used.
    """
    cell = classification.cell
    source: Any = cell.chromosomes if cell.path is None else (cell.path, len(cell))
    return cell.name, cell.polarity, cell.simulated, source


_desks: weakref.WeakKeyDictionary[Any, Desk] = weakref.WeakKeyDictionary()


def desk_of(viewer: Any) -> Desk:
    """Return the desk of a viewer, making it at the first call.

    Parameters
    ----------
    viewer : napari.Viewer
        Or the proxy of it that napari hands to plugins.
    """
    bare = getattr(viewer, "__wrapped__", viewer)
    desk = _desks.get(bare)
    if desk is None:
        desk = _desks[bare] = Desk(bare)
    return desk
