"""Work in a thread for a session, and what is heard of it."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable
from typing import Any

from napari.qt.threading import create_worker
from napari.utils.notifications import show_error
from superqt.utils import WorkerBase

from napari_karyo.errors import KaryoError
from napari_karyo.gui.session.session import Session


def weakly(method: Callable[..., object]) -> Callable[..., None]:
    """Return a function that calls a method for as long as its owner is there.

    Parameters
    ----------
    method : callable
        Of an object that nobody who keeps the function shall keep alive by it.
    """
    held = weakref.WeakMethod(method)

    def call(*arguments: object) -> None:
        there = held()
        if there is not None:
            there(*arguments)

    return call


def worker_for(
    session: Session,
    work: Callable[..., object],
    *arguments: object,
    unforeseen: Callable[[str], str],
    log: logging.Logger,
    failed: Callable[[str], object] | None = None,
    stepped: Callable[[Any], object] | None = None,
    returned: Callable[[Any], object] | None = None,
    aborted: Callable[[], object] | None = None,
    finished: Callable[[], object] | None = None,
    brings_cells: bool = False,
) -> WorkerBase:
    """Make a worker that is not started yet, and shows why it failed.

    napari keeps each worker, and what is connected to it, longer than its window: what is
    given here must hold the session weakly, or it could never be let go: see `weakly`.

    Parameters
    ----------
    session : Session
        Held weakly.
    work : callable
        A function, or a generator function whose steps are heard.
    *arguments
        Of `work`.
    unforeseen : callable
        Returns what is said of an error that is not the program's own, from the error as text.
    log : logging.Logger
        Where such an error goes.
    failed : callable, optional
        Told the words that are shown of a failure. With its window closed, and with it its case
        files, nothing is shown or told.
    stepped, returned, aborted, finished : callable, optional
        Told of each step, of what came of it, that it was cancelled, and that it is over.
    brings_cells : bool
        Whether it brings cells into the session, which keeps its case files open meanwhile.

    Returns
    -------
    WorkerBase
        A generator worker where `work` is a generator function, else a function worker.
    """
    # The person is told here; without ignoring napari would raise the error once more.
    worker: WorkerBase = create_worker(work, *arguments, _start_thread=False, _ignore_errors=True)
    held, this = weakref.ref(session), weakref.ref(worker)

    def on_error(error: Exception) -> None:
        there = held()
        if there is None or not there.viewer_is_open:
            return
        words = str(error)
        if not isinstance(error, KaryoError):
            words = unforeseen(repr(error))
            log.error("%s", words, exc_info=error)
        show_error(words)
        if failed is not None:
            failed(words)

    def on_end(*_: object) -> None:
        there = held()
        if there is not None and brings_cells:
            there.busy.discard(this())
            there.let_go()
        if finished is not None:
            finished()

    # Functions and no methods, which Qt would hold weakly: nobody else may hold their owner.
    if stepped is not None:
        worker.yielded.connect(lambda step: stepped(step))
    if returned is not None:
        worker.returned.connect(lambda found: returned(found))
    if aborted is not None:
        worker.aborted.connect(lambda *_: aborted())
    # napari 0.9's own slot for errors takes no error: PySide6 calls it with one all the same, and
    # the person would be told of that too. All are taken away; without any Qt would complain.
    worker.errored.connect(on_error)
    worker.errored.disconnect()
    worker.errored.connect(on_error)
    worker.finished.connect(on_end)
    if brings_cells:
        session.busy.add(worker)
    return worker
