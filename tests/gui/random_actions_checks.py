"""What must hold after each action of a person, and what is left when the windows are closed."""

from __future__ import annotations

import gc
import logging
import re
import sys
import threading
import time
import traceback
import weakref
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QCoreApplication, QEvent, QThreadPool, QtMsgType, qInstallMessageHandler
from qtpy.QtWidgets import QApplication
from random_actions import Person

from napari_karyo.case import Case
from napari_karyo.errors import KaryoError
from napari_karyo.gui.docks.chromosome_card import describe
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.widgets import rich
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Page

#: An error that the person was told of, but that nobody foresaw.
_UNFORESEEN = re.compile(r"\b[A-Z]\w*(Error|Exception)\(")
#: What Qt and its platform say of themselves, whoever uses them.
_OF_THE_PLATFORM = re.compile(
    r"propagateSizeHints|XDG_RUNTIME_DIR|QStandardPaths|does not support|Session management|"
    r"libpng|iCCP|xkbcommon|qt\.qpa|QOpenGL|fontconfig|OpenType support|QFont::|setGeometry"
)


class Faults:
    """Hears of everything that goes wrong anywhere while it is on."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: str, error: BaseException | str) -> None:
        words = error if isinstance(error, str) else "".join(traceback.format_exception(error))
        self.found.append(f"{where}: {words}")

    def take(self) -> list[str]:
        found, self.found = self.found, []
        return found

    @contextmanager
    def heard(self) -> Any:
        """Hear of them in the block."""
        from napari.utils.notifications import notification_manager

        before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = lambda _kind, error, _trace: self.add("exception in a callback", error)
        threading.excepthook = lambda args: self.add(
            "exception in a thread", args.exc_value or str(args)
        )
        sys.unraisablehook = lambda args: self.add(
            "unraisable exception", args.exc_value or str(args)
        )
        handler = _Logged(self)
        logging.getLogger().addHandler(handler)
        logging.getLogger("vispy").addHandler(handler)
        qt_before = qInstallMessageHandler(self._qt)
        notification_manager.notification_ready.connect(self._notified)
        try:
            yield self
        finally:
            notification_manager.notification_ready.disconnect(self._notified)
            qInstallMessageHandler(qt_before)
            logging.getLogger("vispy").removeHandler(handler)
            logging.getLogger().removeHandler(handler)
            sys.excepthook, threading.excepthook, sys.unraisablehook = before

    def _qt(self, kind: Any, _context: Any, words: str | None) -> None:
        serious = kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
        if kind == QtMsgType.QtFatalMsg:
            # Qt ends the program after this.
            sys.__stderr__.write(f"Qt: {words}\n")
        if serious and words and not _OF_THE_PLATFORM.search(words):
            self.add("Qt", words)

    def _notified(self, event: Any) -> None:
        error = getattr(event, "exception", None)
        if error is not None and not isinstance(error, KaryoError):
            self.add("notification of an exception", error)
        elif _UNFORESEEN.search(str(event.message)):
            self.add("unforeseen error told", str(event.message))


class _Logged(logging.Handler):
    def __init__(self, faults: Faults) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        self._faults.add(f"log of {record.name}", record.getMessage())


# -- after each action ----------------------------------------------------------------


def check_all(person: Person, thorough: bool = False) -> list[str]:
    """Return what does not hold in the person's windows."""
    wrong: list[str] = []
    for viewer in person.viewers:
        session = session_of(viewer)
        wrong += _session(session)
        wrong += _page(person, session, thorough)
        wrong += _dock(viewer, session)
        for cell in session.cells:
            wrong += _kept(cell)
    return wrong


def _session(session: Any) -> list[str]:
    wrong = []
    if session.current is None:
        if session.cells:
            wrong.append("cells lie in the session and none on top")
        if session.selected is not None or session.pinned is not None:
            wrong.append("something is selected and no cell is open")
    else:
        if session.current not in session.cells:
            wrong.append("the cell on top does not lie in the session")
        for name in ("selected", "pinned"):
            one = getattr(session, name)
            if one is not None and one not in session.current.present:
                wrong.append(f"{name} is {one}, which is not there")
    names = [cell.name for cell in session.cells]
    if len(set(names)) != len(names):
        wrong.append(f"two cells of one name: {names}")
    used = {cell.case.path for cell in session.cells if cell.case is not None}
    if not session.busy and set(session.cases) != used:
        wrong.append(f"case files open {sorted(session.cases)}, used {sorted(used)}")
    return wrong


def _page(person: Person, session: Any, thorough: bool) -> list[str]:
    """Compare what is shown with what a drawing from nothing gives."""
    view, cell = session.view, session.current
    if view is None or not view.shown:
        return [] if view is None or view.page is None else ["a page without layers"]
    if cell is None:
        return ["layers of a karyogram and no cell on top"]
    wrong = [
        f"the layer {role} is not in the viewer"
        for role, layer in view.layers.items()
        if layer not in session.viewer.layers
    ]
    if view.tools.active is not None and view.tools.active.cell is not cell:
        wrong.append("a tool is in use for another cell")
    shape = view.composer.layout.shape
    composer = Composer(cell.classification, shape=shape) if thorough else view.composer
    bare = view.selection._bare
    page = view._page_of(cell, composer)
    # The view must know of the page by itself, and not from being asked here.
    view.selection._bare = bare
    drawer = cell.classification if thorough else composer
    expected = _drawn(person, drawer, composer, view.selection.seen(page))
    layer = view.layers["karyogram"]
    for one in view.layers.values():
        # What the person put there stays until the next edit.
        if person.spoilt.get(one) is not cell.karyotype.state:
            person.spoilt.pop(one, None)
    if layer not in person.spoilt:
        if layer.data is not view.canvas and not np.shares_memory(layer.data, view.canvas):
            wrong.append("the layer shows another picture than the view draws")
        if not np.array_equal(layer.data, expected):
            rows, columns = np.nonzero((np.asarray(layer.data) != expected).any(axis=-1))
            wrong.append(
                f"stale view: {len(rows)} pixels differ, rows {rows.min()} to {rows.max()}, "
                f"columns {columns.min()} to {columns.max()}"
            )
    for kind in ("saliency", "attention"):
        overlay = view.layers.get(kind)
        if (
            overlay is None
            or overlay in person.spoilt
            or not overlay.visible
            or not view.overlays.idle
        ):
            continue
        maps = view.overlays._maps(cell, kind)
        if not np.allclose(overlay.data, composer.compose_overlay(page, maps), atol=1e-5):
            wrong.append(f"stale {kind}")
    return wrong + _spread(person, view, cell, thorough)


def _spread(person: Person, view: Any, cell: OpenCell, thorough: bool) -> list[str]:
    """Compare what is drawn on the photograph with what the karyotype says."""
    panel, photograph = view.spread, cell.classification.cell.photograph
    if not panel.shown:
        return [] if photograph is None else ["the photograph of the spread is not shown"]
    wrong = []
    if panel._photograph is not photograph:
        return ["the photograph of another cell is shown"]
    drawing = panel.drawing
    if drawing.marks != panel._marks(cell) or drawing._said != (cell.name, cell.numbers.text):
        wrong.append("stale outlines")
    layer = view.layers["outlines"]
    if person.spoilt.get(layer) is not cell.karyotype.state:
        person.spoilt.pop(layer, None)
    if layer not in person.spoilt and not np.shares_memory(layer.data, drawing.canvas):
        wrong.append("the layer of the outlines shows another picture than the view draws")
    if thorough:
        before = drawing.canvas.copy()
        drawing._paint((0, 0, *before.shape[:2]))
        if not np.array_equal(before, drawing.canvas):
            wrong.append("outlines that are gone are drawn still")
    return wrong


def _drawn(person: Person, drawer: Any, composer: Composer, page: Page) -> NDArray[np.uint8]:
    """Draw a page, unless it is the one that was drawn last and in the same way.

    A person often does what changes nothing on the page, and drawing it is what a check costs.
    """
    asked = (drawer, len(composer.uprights), page)
    if person.drawn.get(type(drawer), (None,))[0] != asked:
        person.drawn[type(drawer)] = asked, composer.compose_screen(page)
    return person.drawn[type(drawer)][1]


def _dock(viewer: Any, session: Any) -> list[str]:
    docks = [one for one in viewer.window.dock_widgets.values() if isinstance(one, ReviewDock)]
    if len(docks) > 1:
        return ["two review docks"]
    wrong: list[str] = []
    for dock in docks:
        cell = session.current
        if dock.cells.count() != len(session.cells):
            wrong.append(f"the dock lists {dock.cells.count()} of {len(session.cells)} cells")
        if cell is None:
            continue
        if rich(cell.karyotype.iscn) not in dock.iscn.text():
            wrong.append(f"the dock says {dock.iscn.text()}, not {cell.karyotype.iscn}")
        if len(session.cells) > 1 and dock.cells.row != session.cells.index(cell):
            wrong.append("another row of the list of cells is chosen")
        if dock.buttons["Undo"].isEnabled() != cell.karyotype.can_undo:
            wrong.append("the button Undo lies")
        if session.selected is not None and dock.chromosome.card.words.text() != describe(
            cell, session.selected
        ):
            wrong.append("the card speaks of another chromosome")
        area = dock.tabs.currentWidget()
        if area is not None and area.widget() is dock.cell:
            rows = dock.cell.history.rows.topLevelItemCount()
            karyotype = cell.karyotype
            if rows != 1 + len(karyotype.history) + len(karyotype.undone):
                wrong.append("the list of edits is stale")
    return wrong


def _kept(cell: OpenCell) -> list[str]:
    """Compare what is in the file with what is in memory."""
    case = cell.case
    if case is None or cell.number is None or not case.path.is_file():
        return []
    with Case.open(case.path, read_only=True) as reading:
        kept = reading.karyotype(cell.number)
    mine = cell.karyotype
    if kept.state != mine.state or kept.names[: len(mine.names)] != mine.names:
        return [f"{case.path.name} holds another state of {cell.name} than the window"]
    if (len(kept.history), len(kept.undone)) != (len(mine.history), len(mine.undone)):
        return [f"{case.path.name} holds another history of {cell.name}"]
    return []


# -- when the windows are closed ---------------------------------------------------------


def close_all(person: Person, threads: set[str], faults: Faults) -> list[str]:
    """Close the windows in whatever state they are; return what is left of them."""
    left: dict[str, weakref.ref[Any]] = {}
    paths = []
    for viewer in person.viewers:
        session = session_of(viewer)
        paths += list(session.cases)
        left |= {
            f"{name} {id(one)}": weakref.ref(one)
            for name, one in (("viewer", viewer), ("session", session), ("view", session.view))
            if one is not None
        }
        viewer.close()
    person.viewer = person.other = None
    person.spoilt.clear()
    person.drawn.clear()
    del viewer, session
    wrong = []
    end = time.monotonic() + 60
    pool = QThreadPool.globalInstance()
    assert pool is not None
    while pool.activeThreadCount() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
    if pool.activeThreadCount():
        wrong.append("a worker goes on though its window is closed")
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    alive = [name for name, reference in left.items() if reference() is not None]
    wrong += [f"kept alive: {name.split()[0]} {_holders(left[name])}" for name in alive]
    for path in paths:
        if not path.is_file():
            continue
        with Case.open(path) as case:
            if case.read_only and "held" not in path.name:
                wrong.append(f"{path.name} is held still: {case.read_only}")
    others = {one.name for one in threading.enumerate()} - threads
    wrong += [f"a thread is left: {name}" for name in others if not name.startswith("Dummy-")]
    windows = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    wrong += [f"a window is left: {type(one).__name__} {one.windowTitle()}" for one in windows]
    return wrong + faults.take()


def _holders(reference: weakref.ref[Any]) -> str:
    """Return by what something is held, from it to what lives as long as the program."""
    # What lives as long as the program was left out of the search for garbage.
    gc.unfreeze()
    first = reference()
    below: dict[int, Any] = {id(first): None}
    level = [first]
    for _ in range(25):
        found = gc.get_referrers(*level)
        known = {id(one): one for one in level}
        following = []
        for one in found:
            if one is level or one is found or id(one) in below or isinstance(one, _FRAME):
                continue
            below[id(one)] = next(
                (known[id(part)] for part in gc.get_referents(one) if id(part) in known), None
            )
            following.append(one)
            if isinstance(one, dict) and "__spec__" in one:
                return "held by " + _path(one, below)
        if not following:
            return "held by what Python does not see, by way of " + _path(level[0], below)
        level = following
    return "held far away"


_FRAME = type(sys._getframe())


def _path(last: Any, below: dict[int, Any]) -> str:
    words = [f"the module {last.get('__name__')}"] if isinstance(last, dict) else [_call(last)]
    while (last := below.get(id(last))) is not None:
        words.append(_call(last))
    return "\n    > ".join(words)


def _call(one: Any) -> str:
    return f"{type(one).__name__} {str(one)[:140]}"
