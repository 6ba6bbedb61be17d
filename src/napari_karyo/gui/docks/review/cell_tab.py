"""The tab of the cell: what it is called, how far it has come, who signed, what was done."""

from __future__ import annotations

from qtpy.QtGui import QHideEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.gui.actions import attempt
from napari_karyo.gui.docks.review.buttons import button_grid
from napari_karyo.gui.docks.review.fields import LineField, NoteField
from napari_karyo.gui.docks.review.history_list import HistoryList
from napari_karyo.gui.docks.review.words import class_counts, kept_words, signature_words
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.patients import count_again_words
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.widgets import block, quiet, rich, while_alive, wrapped_label
from napari_karyo.iscn import disagreements
from napari_karyo.karyotype import CELL_MARKS
from napari_karyo.version import __version__


class CellTab(QWidget):
    """Shows the current cell as a whole, and writes what is said of it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._cell: OpenCell | None = None
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 4)
        column.setSpacing(6)
        for part in (self._iscn_box(), self._mark_box(), self._sign_box(), self._note_box()):
            column.addWidget(part)
        self.kept, self.model = wrapped_label(), wrapped_label()
        self.history = HistoryList(session)
        for part in (self.kept, self.model, _heading("History"), self.history):
            column.addWidget(part)
        column.addStretch(1)
        session.fields_left.connect(self.write)

    def _iscn_box(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        self.iscn = LineField()
        self.iscn.setToolTip(
            "The karyotype in ISCN short form. Enter or leaving writes it, Escape forgets"
        )
        self.by = wrapped_label()
        self.to_proposal = quiet(
            QPushButton("Use the proposal"),
            "Let the program propose the karyotype again",
            self._use_proposal,
        )
        self.differences = wrapped_label()
        self.counts = wrapped_label()
        grid.addWidget(_heading("Karyotype (Enter writes it)"), 0, 0, 1, 2)
        grid.addWidget(self.iscn, 1, 0, 1, 2)
        grid.addWidget(self.by, 2, 0)
        grid.addWidget(self.to_proposal, 2, 1)
        self.accept_all = button_grid(
            self._session, [("Accept all as they lie",)], self.buttons, False
        )
        grid.addWidget(self.accept_all, 5, 0, 1, 2)
        grid.addWidget(self.differences, 3, 0, 1, 2)
        grid.addWidget(self.counts, 4, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self.iscn.written.connect(self._write_iscn)
        self.iscn.forgotten.connect(self.refresh)
        self.iscn.textEdited.connect(self._say_unwritten)
        return box

    def _mark_box(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        self.marks: dict[str, QCheckBox] = {}
        for word in CELL_MARKS:
            tip = f"The cell is {word}. Ctrl+K goes on to the next mark"
            mark = quiet(QCheckBox(word), tip, self._mark)
            mark.setObjectName(word)
            row.addWidget(mark)
            self.marks[word] = mark
        row.addStretch(1)
        return box

    def _sign_box(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        self.initials = LineField()
        self.initials.setText(read_settings().initials)
        self.initials.setMaxLength(12)
        self.initials.setToolTip("Whose edits and signatures these are, from now on")
        self.signed = wrapped_label()
        self.withdraw = quiet(QPushButton("Withdraw"), "Take all signatures back", self._withdraw)
        grid.addWidget(QLabel("Initials"), 0, 0)
        grid.addWidget(self.initials, 0, 1)
        grid.addWidget(
            button_grid(self._session, [("Reviewed", "Confirmed")], self.buttons, False), 0, 2
        )
        grid.addWidget(self.signed, 1, 0, 1, 2)
        grid.addWidget(self.withdraw, 1, 2)
        grid.setColumnStretch(1, 1)
        self.initials.textEdited.connect(self._set_who)
        return box

    def _note_box(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        self.note = NoteField()
        self.note.written.connect(self._write_note)
        column.addWidget(_heading("Note"))
        column.addWidget(self.note)
        return box

    # -- from the person ----------------------------------------------------------

    @while_alive
    def write(self) -> None:
        """Write what is being typed, to the cell that it was typed for."""
        self._write_iscn()
        if self.note.changed:
            self._write_note()

    def hideEvent(self, a0: QHideEvent | None) -> None:  # noqa: N802 - Qt's name
        """Write what was typed before nobody sees it any more."""
        super().hideEvent(a0)
        self.write()

    def _write_iscn(self) -> None:
        cell = self._cell
        if cell is None or not self.iscn.isModified():
            return
        words = self.iscn.text().strip()
        # What reads like the proposal is the proposal, and follows the next edit.
        wanted = None if words in ("", cell.karyotype.proposal) else words
        if attempt(self._session, lambda: cell.karyotype.write_iscn(wanted)):
            self.iscn.setModified(False)
            self.refresh()

    def _use_proposal(self) -> None:
        cell = self._cell
        if cell is not None and attempt(self._session, lambda: cell.karyotype.write_iscn(None)):
            self.iscn.setModified(False)
            self.refresh()

    def _say_unwritten(self) -> None:
        cell = self._cell
        if cell is not None:
            self.by.setText("<i>not written yet: Enter writes it</i>")
            self._say_differences(cell, self.iscn.text())

    def _mark(self) -> None:
        cell, box = self._cell, self.sender()
        if cell is not None and isinstance(box, QCheckBox):
            word, on = box.objectName(), box.isChecked()
            attempt(self._session, lambda: cell.karyotype.mark(word, on))
            # Where it was refused the box must not say otherwise.
            self._show_marks(cell)

    def _set_who(self, words: str) -> None:
        self._session.set_who(words.strip())

    def _withdraw(self) -> None:
        cell = self._cell
        if cell is not None:
            attempt(self._session, cell.karyotype.withdraw)

    def _write_note(self) -> None:
        cell, words = self._cell, self.note.toPlainText()
        if cell is None or words == cell.karyotype.state.note:
            self.note.set_changed(False)
            return
        # Refused, it stays in the field: what was typed shall not be lost.
        if attempt(self._session, lambda: cell.karyotype.annotate(words)):
            self.note.set_changed(False)

    # -- from the session ------------------------------------------------------------

    @while_alive
    def refresh(self) -> None:
        """Show the current cell as it is now; what is being typed into a field stays."""
        cell = self._session.current
        if cell is not self._cell:
            # What was typed for the one before is written: the session has asked for it.
            self.iscn.setModified(False)
            self.note.set_changed(False)
            self._cell = cell
            self._show_file(cell)
        self.setEnabled(cell is not None)
        if cell is None:
            return
        karyotype = cell.karyotype
        if not self.iscn.isModified():
            self.iscn.show_text(karyotype.iscn)
            by = "by hand" if karyotype.iscn_by_hand else "proposal of the program"
            again = count_again_words(self._session, cell)
            self.by.setText(
                (by if karyotype.iscn else rich(karyotype.iscn_words))
                + (f"<br>⚠ {rich(again)}" if again else "")
            )
        self.to_proposal.setEnabled(karyotype.iscn_by_hand)
        self._say_differences(cell, self.iscn.text())
        self.counts.setText(rich(class_counts(karyotype)))
        self._show_marks(cell)
        # Of other cells the sure ones are accepted together, and the rest is looked at.
        unsure = bool(cell.classification.unknown or cell.classification.withheld)
        self.accept_all.setVisible(unsure and bool(cell.unsettled()))
        with block(self.initials):
            if self.initials.text().strip() != karyotype.who and not self.initials.hasFocus():
                self.initials.setText(karyotype.who)
        self.signed.setText(rich(signature_words(cell)))
        self.withdraw.setEnabled(bool(karyotype.state.signatures))
        self.note.show_text(karyotype.state.note)
        self.history.show_history()

    def _say_differences(self, cell: OpenCell, words: str) -> None:
        words, proposal = words.strip(), cell.karyotype.proposal
        other = words not in ("", proposal)
        lines = disagreements(words, cell.karyotype.content) if other else ()
        told = [f"⚠ {rich(line)}" for line in lines]
        says = "proposed:" if lines else "same content; the program would write"
        # Where nothing is proposed there is nothing to compare with but the page.
        would = [f"{says} <b>{rich(proposal)}</b>"] if proposal else []
        self.differences.setVisible(other and bool(told or would))
        self.differences.setText("<br>".join([*told, *would]))

    def _show_marks(self, cell: OpenCell) -> None:
        for word, box in self.marks.items():
            with block(box):
                box.setChecked(word in cell.karyotype.state.marks)

    def _show_file(self, cell: OpenCell | None) -> None:
        if cell is None:
            return
        self.kept.setText(rich(kept_words(cell)))
        self.kept.setToolTip("" if cell.case is None else str(cell.case.path))
        found = cell.classification
        version = __version__
        if cell.case is not None:
            rows = (row for row in cell.case.cells() if row.number == cell.number)
            version = next((row.program for row in rows), version)
        words = f"Model {found.model} ({found.model_hash[:8]}), napari-karyo {version}"
        self.model.setText(rich(words))
        self.model.setToolTip(f"SHA-256 {found.model_hash}\ncomputed on {found.device}")


def _heading(words: str) -> QLabel:
    label = wrapped_label(f"<b>{words}</b>")
    label.setContentsMargins(0, 4, 0, 0)
    return label
