"""Work in a thread: what is heard of it."""

from __future__ import annotations

import logging
from typing import Any

from mouse import wait_for

from napari_karyo.errors import WeightsError
from napari_karyo.gui.session.worker import worker_for


def test_an_error_is_told_once_and_in_its_own_words(opened: Any, notices: list[str]) -> None:
    """With PySide6 napari's own slot for errors would raise another one."""
    session = opened[1]
    told: list[str] = []
    over: list[bool] = []

    def work() -> None:
        raise WeightsError("the weights are gone.", "Install the package again.", "w.safetensors")

    worker = worker_for(
        session,
        work,
        failed=told.append,
        unforeseen=str,
        log=logging.getLogger(__name__),
        finished=lambda: over.append(True),
    )
    worker.start()
    wait_for(lambda: bool(over))
    assert told == ["w.safetensors: the weights are gone. Install the package again."]
    assert notices == told
