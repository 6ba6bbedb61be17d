"""What a person edits, in fields and with tools, and which cell lies on top."""

from __future__ import annotations

from typing import Any

import poor_spread
from drawn import UNSURE, make_cell, make_classification
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from random_actions_gestures import drag_along, press_key
from random_actions_person import (
    Person,
    doing,
    edit,
    has_cell,
    has_page,
    has_review,
    has_spread,
)

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.gui.actions import attempt
from napari_karyo.gui.docks.review.dock import ReviewDock

# -- edits --------------------------------------------------------------------------


@doing(5, has_cell)
def edit_from_the_console(person: Person) -> None:
    attempt(person.session, lambda: edit(person))


@doing(2, lambda person: len(person.session.cells) > 1)
def edit_another_cell_from_the_console(person: Person) -> None:
    karyotype = person.chance.choice(person.session.cells).karyotype
    one = person.chance.choice(karyotype.present)
    attempt(person.session, lambda: karyotype.move([one], person.chance.choice(CLASSES)))


@doing(5, has_page)
def undo_storm(person: Person) -> None:
    person.view.activate()
    for _ in range(person.chance.randrange(3, 12)):
        press_key(person, person.chance.choice(("Control-Z", "Control-Z", "Control-Shift-Z")))


@doing(4, lambda person: has_cell(person) and has_review(person))
def jump_in_the_history(person: Person) -> None:
    dock = person.dock(ReviewDock)
    dock.show_history()
    rows = dock.cell.history.rows
    item = rows.topLevelItem(person.chance.randrange(max(1, rows.topLevelItemCount())))
    if item is not None:
        rows.itemDoubleClicked.emit(item, 0)


@doing(4, lambda person: has_cell(person) and has_review(person))
def write_into_a_field(person: Person) -> None:
    dock, chance = person.dock(ReviewDock), person.chance
    dock.show_tab("Cell")
    widget = chance.choice((dock.cell.iscn, dock.cell.note, dock.cell.initials))
    widget.setFocus()
    _type(widget, chance.choice(("47,XY,+21", "AB", "C D", "", "ungewöhnlich <b>")))
    if chance.random() < 0.5:
        QTest.keyClick(widget, chance.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape)))
    if chance.random() < 0.5:
        widget.clearFocus()


def _type(widget: Any, words: str) -> None:
    for letter in words:
        if letter.isascii():
            QTest.keyClicks(widget, letter)
        else:
            # QTest knows no other letters, and ends the program.
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
                QApplication.sendEvent(widget, event)


@doing(3, lambda person: has_cell(person) and has_review(person))
def slide_the_contrast(person: Person) -> None:
    from napari_karyo.gui.docks.picture_box import PictureBox

    dock = person.dock(ReviewDock)
    dock.show_tab("Chromosome")
    low = person.chance.randrange(60)
    dock.findChild(PictureBox).contrast.setValue((low, low + person.chance.randrange(1, 40)))


@doing(5, lambda person: has_page(person) and person.session.selected is not None)
def begin_a_tool(person: Person) -> None:
    person.view.bring_back()
    press_key(person, person.chance.choice(("K", "J")))
    if person.chance.random() < 0.5 and person.view.page is not None:
        box = person.chance.choice(list(person.view.page.places.values())).box
        if person.session.selected in person.view.page.places:
            box = person.view.page.places[person.session.selected].box
        row = box.center[0]
        drag_along(person, (row, box.left - 8), (row, box.right + 8), 3)


@doing(5, has_spread)
def begin_a_tool_of_the_spread(person: Person) -> None:
    """Take it, go over the photograph with it once or twice, and perhaps finish."""
    person.view.bring_back()
    press_key(person, person.chance.choice(("U", "I", "B", "Shift-B", "K", "J")))
    for _ in range(person.chance.randrange(3)):
        drag_along(person, person.one_of_the_spread(), person.one_of_the_spread(), 3)
    if person.chance.random() < 0.5:
        press_key(person, person.chance.choice(("Enter", "Escape", "Up", "Control-Z", "O")))


# -- cells --------------------------------------------------------------------------


@doing(2, has_cell)
def go_to_another_cell(person: Person) -> None:
    person.session.show(person.chance.choice(person.session.cells))


@doing(2, lambda person: len(person.session.cells) > 1 and has_review(person))
def click_in_the_list_of_cells(person: Person) -> None:
    rows = person.dock(ReviewDock).cells
    item = rows.topLevelItem(person.chance.randrange(max(1, rows.count())))
    if item is not None:
        rows.itemClicked.emit(item, 0)


@doing(2, has_cell)
def close_a_cell(person: Person) -> None:
    person.session.close(person.chance.choice(person.session.cells))


@doing(3)
def bring_the_karyogram_back(person: Person) -> None:
    if person.view is not None:
        person.view.bring_back()


@doing(1)
def open_a_drawn_cell(person: Person) -> None:
    """A cell of few chromosomes that no file keeps."""
    from napari_karyo.gui.contributions.launch import show_classified

    polarity = person.chance.choice((Polarity.DARK, Polarity.BRIGHT))
    show_classified(person.viewer, make_classification(make_cell(polarity=polarity), unsure=UNSURE))


@doing(2)
def open_a_drawn_spread(person: Person) -> None:
    """A cell found in a photograph, some of it wrongly."""
    from napari_karyo.gui.contributions.launch import show_classified

    polarity = person.chance.choice((Polarity.DARK, Polarity.BRIGHT))
    cell = poor_spread.spread_cell(polarity)
    show_classified(person.viewer, make_classification(cell, poor_spread.CLASSES_FOUND))
