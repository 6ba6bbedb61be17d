"""A person who does anything at any time: the actions, each with when it can be done.

Actions go through the same doors as a person's: Qt events on the canvas and on buttons,
napari's own layer list, docks, dims and settings, and now and then Python, as from the
console. Which one comes next is drawn by a seed of its own for each step, so that what one
action did does not change which ones are drawn later. The checks are in
`random_actions_checks`, a whole sequence in `random_actions_run`.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mouse
import numpy as np
from drawn import UNSURE, make_cell, make_classification
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog

from napari_karyo.case import Case
from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import KaryoError
from napari_karyo.gui.actions import attempt, perform
from napari_karyo.gui.actions.action_table import ACTIONS
from napari_karyo.gui.canvas.keys import CLASS_KEYS
from napari_karyo.gui.canvas.selection_overlay import handle_of
from napari_karyo.gui.classify.form import ClassifyForm
from napari_karyo.gui.contributions.commands import open_cell_folder, open_classify
from napari_karyo.gui.docks.gallery_dock import GalleryDock, open_gallery
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.karyotype import Karyotype

PLUGIN = "napari-karyo"
_HELD = {
    "Control": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}
_NAMED = {
    "Enter": Qt.Key.Key_Return,
    "Escape": Qt.Key.Key_Escape,
    "Delete": Qt.Key.Key_Delete,
    "Right": Qt.Key.Key_Right,
    "Left": Qt.Key.Key_Left,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "PageDown": Qt.Key.Key_PageDown,
    "PageUp": Qt.Key.Key_PageUp,
}
#: Keys of the table, of the tools, and of napari itself.
KEYS = (
    *(key for action in ACTIONS for key in action.keys),
    *CLASS_KEYS,
    "Up",
    "Down",
    "Control-G",
)


@dataclass
class Person:
    """One person at one window, or two.

    Attributes
    ----------
    viewer : napari.Viewer
        The window in front.
    material : Path
        Folders and case files to open; the person's own.
    make_viewer : callable
        Opens another window.
    """

    viewer: Any
    material: Path
    make_viewer: Callable[[], Any]
    chance: random.Random = field(default_factory=random.Random)
    other: Any = None
    written: int = 0
    #: By layer, the state that it was spoilt at from outside.
    spoilt: dict[Any, Any] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return session_of(self.viewer)

    @property
    def view(self) -> Any:
        return self.session.view

    @property
    def karyotype(self) -> Karyotype | None:
        return None if self.session.current is None else self.session.current.karyotype

    @property
    def viewers(self) -> list[Any]:
        return [one for one in (self.viewer, self.other) if one is not None]

    @property
    def docks(self) -> list[Any]:
        """The docks of plugins, with what they hold."""
        return list(self.viewer.window.dock_widgets.values())

    def dock(self, kind: type) -> Any:
        return next((one for one in self.docks if isinstance(one, kind)), None)

    def one_layer(self) -> Any:
        return self.chance.choice(list(self.viewer.layers))

    def one_own_layer(self) -> Any:
        return self.chance.choice(list(self.view.layers.values()))

    def one_place(self) -> tuple[float, float]:
        """A place of the scene: on a chromosome, in a slot, on the page or beside it."""
        page = self.view.page if self.view is not None else None
        kind = self.chance.choice(("chromosome", "chromosome", "slot", "slot", "page", "off"))
        if page is None or kind == "off":
            return self.chance.uniform(-300, 1500), self.chance.uniform(-300, 2000)
        if kind == "chromosome" and page.places:
            box = self.chance.choice(list(page.places.values())).box
            return (
                box.top + box.height * self.chance.random(),
                box.left + box.width * self.chance.random(),
            )
        if kind == "slot":
            return self.chance.choice(list(page.slots.values())).box.center
        return self.chance.uniform(0, page.height), self.chance.uniform(0, page.width)


@dataclass(frozen=True)
class Doing:
    """One thing that a person may do."""

    name: str
    weight: float
    can: Callable[[Person], bool]
    do: Callable[[Person], None]


DOINGS: list[Doing] = []


def always(_person: Person) -> bool:
    return True


def has_cell(person: Person) -> bool:
    return person.session.current is not None


def has_page(person: Person) -> bool:
    return has_cell(person) and person.view is not None and person.view.shown


def has_layers(person: Person) -> bool:
    return bool(len(person.viewer.layers))


def has_form(person: Person) -> bool:
    return person.dock(ClassifyForm) is not None


def has_review(person: Person) -> bool:
    return person.dock(ReviewDock) is not None


def doing(weight: float, can: Callable[[Person], bool] = always) -> Callable[[Any], Any]:
    """Put a function into the table."""

    def put(do: Callable[[Person], None]) -> Callable[[Person], None]:
        DOINGS.append(Doing(do.__name__, weight, can, do))
        return do

    return put


def choose(person: Person, without: Collection[str] = ()) -> Doing:
    """Draw what is done next among what can be done now."""
    chance = person.chance
    # An order that does not depend on what can be done.
    ranked = sorted(DOINGS, key=lambda one: chance.random() ** (1 / one.weight), reverse=True)
    return next(one for one in ranked if one.name not in without and one.can(person))


# -- opening ------------------------------------------------------------------------


@doing(3)
def drop_a_folder(person: Person) -> None:
    name = person.chance.choice(("C1", "P1", "P1/a", "P1/b"))
    person.viewer.open(str(person.material / name), plugin=PLUGIN)


@doing(1)
def open_a_sample(person: Person) -> None:
    # The least of them costs as much as all: drawing 46 chromosomes.
    person.viewer.open_sample(PLUGIN, person.chance.choice(("g_45x", "q_46xx")))


@doing(5)
def drop_a_case(person: Person) -> None:
    name = person.chance.choice(
        ("drawn.karyo",) * 4 + ("real.karyo",) * 3 + ("held.karyo", "damaged.karyo", "P1.karyo")
    )
    path = person.material / name
    # napari tells the person why a file can't be opened; from Python it raises.
    with suppress(KaryoError, FileNotFoundError):
        person.viewer.open(str(path), plugin=PLUGIN)


@doing(1, has_cell)
def lose_a_case(person: Person) -> None:
    """Somebody moves a case file that is open here, and puts it back or doesn't."""
    case = person.session.current.case
    if case is None or not case.path.is_file():
        return
    away = case.path.with_suffix(".away")
    case.path.rename(away)
    attempt(person.session, lambda: edit(person))
    if person.chance.random() < 0.7:
        away.rename(case.path)


@doing(2)
def open_the_form(person: Person) -> None:
    open_classify(person.viewer)


@doing(1)
def ask_for_a_folder(person: Person) -> None:
    open_cell_folder(person.viewer)


@doing(4, lambda person: any(_dialogs()))
def answer_a_dialog(person: Person) -> None:
    dialog = next(_dialogs())
    if person.chance.random() < 0.5:
        dialog.reject()
    elif dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
        dialog.fileSelected.emit(str(_target(person)))
        dialog.close()
    else:
        dialog.fileSelected.emit(str(person.material / "P1"))
        dialog.close()


def _dialogs() -> Iterator[QFileDialog]:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QFileDialog) and widget.isVisible():
            yield widget


def _target(person: Person) -> Path:
    person.written += 1
    ending = person.chance.choice(("png", "tif", "pdf", "svg", "csv", "json", "xyz"))
    return person.material / f"written {person.written}.{ending}"


# -- classifying --------------------------------------------------------------------


@doing(6, lambda person: has_form(person) and person.dock(ClassifyForm).start.enabled)
def classify(person: Person) -> None:
    form = person.dock(ClassifyForm)
    form.cells.value = person.chance.choice(form.cells.choices)
    form.start.native.click()


@doing(6, lambda person: has_form(person) and person.dock(ClassifyForm).worker is not None)
def cancel(person: Person) -> None:
    QTest.qWait(person.chance.randrange(200))
    person.dock(ClassifyForm).cancel.native.click()


@doing(3, lambda person: has_form(person) and person.dock(ClassifyForm).resume.visible)
def take_the_offer(person: Person) -> None:
    person.dock(ClassifyForm).resume.native.click()


@doing(2, has_form)
def choose_otherwise(person: Person) -> None:
    form = person.dock(ClassifyForm)
    box = person.chance.choice((form.cells, form.device, form.normalization, form.stain))
    value = person.chance.choice(box.choices)
    box.value = "cpu" if box is form.device else value


@doing(4, lambda person: bool(person.session.busy))
def wait_for_the_run(person: Person) -> None:
    mouse.wait_for(lambda: not person.session.busy, timeout=120)


@doing(1)
def wait_a_moment(person: Person) -> None:
    QTest.qWait(person.chance.randrange(20, 300))


# -- mouse --------------------------------------------------------------------------


def _canvas_point(person: Person, place: tuple[float, float]) -> QPoint:
    """Where a place shows, not farther out of the window than a hand goes."""
    point = mouse.on_canvas(person.viewer, *place)
    return QPoint(min(max(point.x(), -400), 3000), min(max(point.y(), -400), 3000))


def _send(person: Person, kind: QEvent.Type, point: QPoint, held: bool) -> None:
    canvas, left = mouse.native(person.viewer), Qt.MouseButton.LeftButton
    moved = kind == QEvent.Type.MouseMove
    event = QMouseEvent(
        kind,
        QPointF(point),
        QPointF(canvas.mapToGlobal(point)),
        Qt.MouseButton.NoButton if moved else left,
        left if held else Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)
    mouse.settle()


def _press(person: Person, place: tuple[float, float]) -> None:
    point = _canvas_point(person, place)
    _send(person, QEvent.Type.MouseMove, point, held=False)
    _send(person, QEvent.Type.MouseButtonPress, point, held=True)


def _move(person: Person, place: tuple[float, float]) -> None:
    _send(person, QEvent.Type.MouseMove, _canvas_point(person, place), held=True)


def _release(person: Person, place: tuple[float, float]) -> None:
    _send(person, QEvent.Type.MouseButtonRelease, _canvas_point(person, place), held=False)


def _drag(person: Person, start: tuple[float, float], end: tuple[float, float], steps: int) -> None:
    """Drag as quickly as the hand likes: not every move is heard of."""
    _press(person, start)
    for step in range(1, steps + 1):
        share = step / steps
        _move(person, tuple(a + (b - a) * share for a, b in zip(start, end, strict=True)))
    _release(person, end)


@doing(6, has_layers)
def click(person: Person) -> None:
    place = person.one_place()
    _press(person, place)
    _release(person, place)


@doing(3, has_layers)
def click_otherwise(person: Person) -> None:
    canvas, point = mouse.native(person.viewer), _canvas_point(person, person.one_place())
    button = person.chance.choice((Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton))
    held = person.chance.choice((Qt.KeyboardModifier.NoModifier, *_HELD.values()))
    if person.chance.random() < 0.3:
        QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, held, point)
        return
    QTest.mousePress(canvas, button, held, point)
    _move(person, person.one_place())
    QTest.mouseRelease(canvas, button, held, _canvas_point(person, person.one_place()))


@doing(12, has_page)
def drag(person: Person) -> None:
    _drag(person, person.one_place(), person.one_place(), person.chance.randrange(5))


@doing(4, lambda person: has_page(person) and person.session.selected is not None)
def drag_the_handle(person: Person) -> None:
    page = person.view.page
    start = handle_of(page, page.places[person.session.selected])
    _drag(person, start, person.one_place(), person.chance.randrange(6))


@doing(8, has_page)
def drag_and_do_something_meanwhile(person: Person) -> None:
    """Something else happens while the button is held."""
    start, end = person.one_place(), person.one_place()
    _press(person, start)
    _move(person, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    other = person.chance.choice(MEANWHILE)
    if other.can(person):
        other.do(person)
        mouse.settle()
    _move(person, end)
    _release(person, end)


@doing(2, has_layers)
def zoom(person: Person) -> None:
    canvas, point = mouse.native(person.viewer), _canvas_point(person, person.one_place())
    where = QPointF(point)
    event = QWheelEvent(
        where,
        QPointF(canvas.mapToGlobal(point)),
        QPoint(0, 0),
        QPoint(0, person.chance.choice((-240, -120, 120, 240))),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


@doing(2)
def see_all(person: Person) -> None:
    person.viewer.reset_view()


# -- keys ---------------------------------------------------------------------------


def press_key(person: Person, written: str) -> None:
    """Press a key as napari writes it, such as ``Control-Shift-Z``."""
    *held, last = written.split("-") if len(written) > 1 else [written]
    modifier = Qt.KeyboardModifier.NoModifier
    for one in held:
        modifier |= _HELD[one]
    code = _NAMED.get(last) or Qt.Key(ord(last.upper()))
    QTest.keyClick(mouse.native(person.viewer), code, modifier)


@doing(22)
def press_a_key(person: Person) -> None:
    press_key(person, person.chance.choice(KEYS))


@doing(10, has_page)
def press_a_key_over_the_karyogram(person: Person) -> None:
    person.view.bring_back()
    press_key(person, person.chance.choice(KEYS))


@doing(6, has_page)
def type_a_class(person: Person) -> None:
    person.view.activate()
    for letter in person.chance.choice(CLASSES):
        press_key(person, letter)
    if person.chance.random() < 0.5:
        press_key(person, person.chance.choice(("Enter", "Escape", "N", "Control-Z")))


@doing(3, has_layers)
def make_a_layer_active(person: Person) -> None:
    person.viewer.layers.selection.active = person.one_layer()


@doing(3, has_cell)
def press_a_button(person: Person) -> None:
    perform(person.session, person.chance.choice(ACTIONS))


# -- edits --------------------------------------------------------------------------


def edit(person: Person) -> None:
    """Edit the cell on top from Python."""
    karyotype, chance = person.karyotype, person.chance
    assert karyotype is not None
    one = chance.choice(karyotype.present)
    kind = chance.randrange(8)
    if kind < 3:
        karyotype.move([one], chance.choice((*CLASSES, MARKERS, TRAY)))
    elif kind == 3:
        karyotype.swap(one, chance.choice(karyotype.present))
    elif kind == 4:
        karyotype.rotate([one], chance.uniform(-90, 90))
    elif kind == 5:
        karyotype.straighten([one])
    elif kind == 6:
        karyotype.review(chance.sample(karyotype.present, 2))
    else:
        karyotype.annotate(f"note {chance.randrange(99)}")


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
    QTest.keyClicks(widget, chance.choice(("47,XY,+21", "AB", "C D", "", "ungewöhnlich <b>")))
    if chance.random() < 0.5:
        QTest.keyClick(widget, chance.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape)))
    if chance.random() < 0.5:
        widget.clearFocus()


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
        _drag(person, (row, box.left - 8), (row, box.right + 8), 3)


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


# -- layers -------------------------------------------------------------------------


@doing(4, has_layers)
def delete_a_layer(person: Person) -> None:
    person.viewer.layers.remove(person.one_layer())


@doing(1, has_layers)
def delete_all_layers(person: Person) -> None:
    if person.chance.random() < 0.5:
        person.viewer.layers.clear()
    else:
        person.viewer.layers.select_all()
        person.viewer.layers.remove_selected()


@doing(2, has_layers)
def rename_a_layer(person: Person) -> None:
    person.one_layer().name = person.chance.choice(("chromosomes", "x", "cell A karyogram"))


@doing(2, has_layers)
def reorder_layers(person: Person) -> None:
    layers = person.viewer.layers
    layers.move(person.chance.randrange(len(layers)), person.chance.randrange(len(layers)))


@doing(3, has_layers)
def hide_or_show_a_layer(person: Person) -> None:
    layer = person.one_layer()
    layer.visible = not layer.visible


@doing(2, has_layers)
def duplicate_a_layer(person: Person) -> None:
    from napari.layers._layer_actions import _duplicate_layer

    layers = person.viewer.layers
    layers.selection = {person.one_layer()}
    _duplicate_layer(layers)


@doing(3)
def add_a_layer_of_their_own(person: Person) -> None:
    chance, viewer = person.chance, person.viewer
    kind = chance.randrange(4)
    if kind == 0:
        viewer.add_image(np.zeros((64, 64), np.float32))
    elif kind == 1:
        viewer.add_labels(np.zeros((200, 200), np.uint8)).mode = chance.choice(
            ("pan_zoom", "paint", "fill")
        )
    elif kind == 2:
        viewer.add_points(np.array([[10.0, 20.0]])).mode = chance.choice(("pan_zoom", "add"))
    else:
        viewer.add_image(np.zeros((3, 30, 30), np.uint8))


@doing(3, has_page)
def change_one_of_our_layers(person: Person) -> None:
    chance, layer = person.chance, person.one_own_layer()
    kind = chance.randrange(6)
    if kind == 0:
        layer.opacity = chance.random()
    elif kind == 1 and hasattr(layer, "colormap") and not layer.rgb:
        layer.colormap = chance.choice(("gray", "magma", "green"))
    elif kind == 2:
        layer.translate = (chance.uniform(-50, 50), chance.uniform(-50, 50))
    elif kind == 3:
        layer.editable = not layer.editable
    elif kind == 4:
        layer.mode = chance.choice(("pan_zoom", "transform"))
    else:
        layer.blending = chance.choice(("translucent", "additive", "opaque"))


@doing(1, has_page)
def put_other_data_into_a_layer(person: Person) -> None:
    layer = person.view.layers[person.chance.choice(("karyogram", "saliency", "dragged"))]
    layer.data = np.zeros_like(layer.data)
    assert person.karyotype is not None
    person.spoilt[layer] = person.karyotype.state


# -- window -------------------------------------------------------------------------


@doing(2)
def close_a_dock(person: Person) -> None:
    if not person.docks:
        return
    widget = person.chance.choice(person.docks)
    holder = getattr(widget, "native", widget).parent()
    # The cross destroys it, the eye hides it.
    if person.chance.random() < 0.6:
        holder.destroyOnClose()
    else:
        holder.close()


@doing(2)
def float_a_dock(person: Person) -> None:
    if person.docks:
        widget = person.chance.choice(person.docks)
        holder = getattr(widget, "native", widget).parent()
        holder.setFloating(not holder.isFloating())


@doing(3)
def open_the_review_dock(person: Person) -> None:
    open_review(person.viewer)


@doing(1)
def open_a_dock_from_the_menu(person: Person) -> None:
    name = person.chance.choice(("Review karyogram", "Classify chromosomes"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        person.viewer.window.add_plugin_dock_widget(PLUGIN, name)


@doing(2, has_review)
def look_at_a_tab(person: Person) -> None:
    tabs = person.dock(ReviewDock).tabs
    tabs.setCurrentIndex(person.chance.randrange(tabs.count()))


@doing(2, has_cell)
def open_the_gallery(person: Person) -> None:
    open_gallery(person.viewer, person.chance.choice((None, "1", "X", TRAY)))


@doing(2, lambda person: person.dock(GalleryDock) is not None)
def use_the_gallery(person: Person) -> None:
    dock = person.dock(GalleryDock)
    kind = person.chance.randrange(3)
    if kind == 0:
        dock.after.click()
    elif kind == 1:
        dock.lights.click()
    elif dock.shown:
        place = person.chance.randrange(len(dock.shown))
        dock.canvas.clicked.emit(place, person.chance.choice((None, 0, 5)))


@doing(2)
def change_the_theme(person: Person) -> None:
    person.viewer.theme = person.chance.choice(("dark", "light", "system"))


@doing(3)
def three_dimensions(person: Person) -> None:
    person.viewer.dims.ndisplay = 5 - person.viewer.dims.ndisplay


@doing(2)
def grid_mode(person: Person) -> None:
    grid = person.viewer.canvas.grid
    grid.enabled = not grid.enabled


@doing(2)
def turn_the_dims(person: Person) -> None:
    person.chance.choice((person.viewer.dims.roll, person.viewer.dims.transpose))()


@doing(1)
def resize_the_window(person: Person) -> None:
    if person.chance.random() < 0.2:
        window = person.viewer.window._qt_window
        window.showNormal() if window.isFullScreen() else window.showFullScreen()
    else:
        person.viewer.window.resize(
            person.chance.randrange(400, 1100), person.chance.randrange(300, 800)
        )


@doing(1)
def change_preferences(person: Person) -> None:
    from napari.settings import get_plugin_settings, get_settings

    chance = person.chance
    kind = chance.randrange(4)
    if kind == 0:
        get_settings().appearance.font_size = chance.randrange(8, 14)
    elif kind == 1:
        get_settings().appearance.theme = chance.choice(("dark", "light"))
    elif kind == 2:
        get_plugin_settings(PLUGIN).laboratory.initials = chance.choice(("", "AB", "CD"))
    else:
        person.viewer.window._open_preferences_dialog()
        mouse.settle()
        person.viewer.window._pref_dialog.close()


# -- writing ------------------------------------------------------------------------


@doing(4, lambda person: has_cell(person) and has_review(person))
def export(person: Person) -> None:
    panel = person.dock(ReviewDock).export
    panel.what.setCurrentIndex(person.chance.randrange(panel.what.count()))
    panel.resolution.setValue(72)
    panel.export(_target(person), person.session.current)


@doing(2, has_page)
def save_as_a_case(person: Person) -> None:
    person.written += 1
    path = person.material / f"copy {person.written}.karyo"
    with suppress(KaryoError):
        person.viewer.layers.save(str(path), selected=False, plugin=PLUGIN)


# -- another window -----------------------------------------------------------------


@doing(1, lambda person: person.other is None)
def open_a_second_window(person: Person) -> None:
    person.other = person.make_viewer()
    person.viewer, person.other = person.other, person.viewer


@doing(4, lambda person: person.other is not None)
def go_to_the_other_window(person: Person) -> None:
    person.viewer, person.other = person.other, person.viewer


@doing(1, lambda person: person.other is not None)
def close_the_other_window(person: Person) -> None:
    other, person.other = person.other, None
    other.close()


#: What may happen while a mouse button is held.
MEANWHILE = [
    one
    for one in DOINGS
    if one.name
    in {
        "press_a_key",
        "press_a_key_over_the_karyogram",
        "undo_storm",
        "edit_from_the_console",
        "go_to_another_cell",
        "close_a_cell",
        "delete_a_layer",
        "delete_all_layers",
        "hide_or_show_a_layer",
        "three_dimensions",
        "grid_mode",
        "close_a_dock",
        "open_a_drawn_cell",
        "wait_for_the_run",
        "classify",
        "make_a_layer_active",
        "begin_a_tool",
        "zoom",
    }
]


# -- what there is to open ------------------------------------------------------------


def make_material(folder: Path) -> None:
    """Make what a person may open: folders of crops and case files, whole and broken."""
    from napari_karyo.inference.classify import classify as classify_cell
    from napari_karyo.io.cells import read_cell, write_cell
    from napari_karyo.simulation.sample import simulate_cell

    folder.mkdir(parents=True)
    whole = simulate_cell("46,XY", seed=4, name="C1")
    write_cell(_part(whole, 24), folder / "C1")
    for number, name in enumerate("ab"):
        cell = simulate_cell("47,XX,+21", seed=5 + number, name=name)
        write_cell(_part(cell, 8), folder / "P1" / name)
    found = classify_cell(read_cell(folder / "C1"))
    with Case.create(folder / "real.karyo", "C1") as case:
        case.add(ClassifiedCell(found, propose(found)))
    with Case.create(folder / "drawn.karyo", "D1") as case:
        for name in ("cell A", "cell B"):
            drawn = make_classification(make_cell(name=name), unsure=UNSURE)
            karyotype = propose(drawn)
            case.add(ClassifiedCell(drawn, karyotype))
            for number in range(5):
                karyotype.move([number], "X")
                karyotype.rotate([number + 5], 10.0 * number)
            karyotype.undo()
    (folder / "damaged.karyo").write_bytes((folder / "drawn.karyo").read_bytes()[:3000])
    (folder / "held.karyo").write_bytes((folder / "drawn.karyo").read_bytes())


def _part(cell: Any, count: int) -> Any:
    from dataclasses import replace

    return replace(cell, chromosomes=cell.chromosomes[:count])
