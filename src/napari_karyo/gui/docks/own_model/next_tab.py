"""What to correct next: a short list, and what more cells have brought so far."""

from __future__ import annotations

from typing import Final

from napari.utils.notifications import show_info
from qtpy.QtWidgets import QTreeWidgetItem, QVBoxLayout, QWidget

from napari_karyo.gui.docks.review.lists import CompactList, CutAtTheEnd, row_of
from napari_karyo.gui.docks.session_follower import show_cell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import block, rich, wrapped_label
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.suggesting import CellSuggestion, brought_so_far, worth_correcting
from napari_karyo.own_model.training_folder import earlier_trainings

_HEADINGS: Final = ("Patient", "Cell", "Of the patient signed", "About so many wrong")
_WHY: Final = 3
_NOTHING: Final = "Collect cells first: those that nobody has signed yet are looked through too."
_ALL: Final = "All cells of these cases are signed."
_SOME: Final = (
    "The cells that nobody has signed, of which the model is least sure: of different patients "
    "first. A click opens one where its case is open."
)


class NextTab(QWidget):
    """Which cells are worth correcting next."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.suggestions: tuple[CellSuggestion, ...] = ()
        self._stains: tuple[str, ...] = ()
        self.words, self.brought = wrapped_label(), wrapped_label()
        self.list = CompactList(_HEADINGS, stretched=_WHY, most=8)
        self._cut = CutAtTheEnd(self.list)
        self.list.setItemDelegateForColumn(_WHY, self._cut)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        for part in (self.words, self.list, self.brought):
            column.addWidget(part)
        column.addStretch(1)
        self.list.itemClicked.connect(self._open)
        self.consider(None)

    def consider(self, collection: Collection | None) -> None:
        """Look through other cases."""
        self.suggestions = () if collection is None else worth_correcting(collection)
        self._stains = (
            () if collection is None else tuple(stain.value for stain in collection.polarities)
        )
        if collection is None:
            self.words.setText(rich(_NOTHING))
        else:
            self.words.setText(rich(_SOME if self.suggestions else _ALL))
        with block(self.list):
            self.list.clear()
            for one in self.suggestions:
                wrong = "unlike all known" if one.cell.unknown else f"{one.expected_wrong:.1f}"
                signed = str(one.signed or "none yet")
                texts = [one.cell.patient, one.cell.name, signed, wrong]
                self.list.addTopLevelItem(row_of(texts, f"{one.cell.case.name}: {one.why}"))
        self.list.fit_rows()
        self.list.setVisible(bool(self.suggestions))
        self.look_back()

    def look_back(self) -> None:
        """Say what more cells have brought; nothing where nothing is known."""
        words = brought_so_far(earlier_trainings(), self._stains)
        self.brought.setText(f"<b>So far</b><br/>{rich(words)}" if words else "")
        self.brought.setVisible(bool(words))

    def _open(self, item: QTreeWidgetItem) -> None:
        place = self.list.indexOfTopLevelItem(item)
        if not 0 <= place < len(self.suggestions):
            return
        wanted = self.suggestions[place].cell
        case = self.session.case_at(wanted.case)
        cell = next(
            (
                one
                for one in self.session.cells
                if case is not None and one.case is case and one.number == wanted.number
            ),
            None,
        )
        if cell is None:
            show_info(
                f"{wanted.name} is not open here. Drop {wanted.case.name} into the window, then "
                "click again."
            )
            return
        show_cell(self.session, cell, next(iter(cell.doubtful()), None))
