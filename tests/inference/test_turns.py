"""Two threads with one network: each has it alone for a batch, on its own device."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from small import small_weights

from napari_karyo.inference import classify
from napari_karyo.inference.device import Device
from napari_karyo.inference.predict import BATCH, iter_predict, predict
from napari_karyo.inference.saliency import gradients
from napari_karyo.models import weights
from napari_karyo.models.binding import import_bound

# What torch does on the meta device imports its compiler.
import_bound("torch._dynamo")

CPU = Device("cpu", "test")
#: No test may wait longer for a thread that will never come.
PATIENCE = 60.0


class Elsewhere(Device):
    """Another device that every computer has."""

    def torch(self) -> torch.device:
        return torch.device("meta")


ELSEWHERE = Elsewhere("cpu", "another")


class Watched:
    """Stands in for a network and notices who else has a hand in it."""

    def __init__(self, inside: Callable[[], None] = lambda: None) -> None:
        self.config = SimpleNamespace(either_way_up=False)
        self.inside = inside
        self.device = torch.device("cpu")
        self.training = True
        self.users = 0
        self.faults: list[str] = []

    def eval(self) -> Watched:
        self.training = False
        return self

    def to(self, device: torch.device) -> Watched:
        if self.users:
            self.faults.append("moved while it was used")
        self.device = device
        return self

    def __call__(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self._use(images)
        return torch.zeros(len(images), 24), torch.zeros(len(images), 3)

    def scores(self, images: torch.Tensor) -> torch.Tensor:
        self._use(images)
        return images.sum(dim=(1, 2, 3))[:, None].expand(-1, 24)

    def _use(self, images: torch.Tensor) -> None:
        if self.users:
            self.faults.append("used by two at once")
        if images.device != self.device:
            self.faults.append(f"given {images.device}, lies on {self.device}")
        if self.training:
            self.faults.append("in training mode")
        self.users += 1
        self.inside()
        self.users -= 1


def crops(batches: int) -> Any:
    return np.ones((batches * BATCH["cpu"], 1, 4, 2), np.float32)


def saliency_of(network: Any, batches: int = 1) -> Any:
    inputs = crops(batches)
    return gradients(network, inputs, np.zeros(len(inputs), np.int_), CPU)


def test_nobody_moves_or_uses_a_network_that_is_used() -> None:
    begun, ended = threading.Event(), threading.Event()

    def inside() -> None:
        # The other thread has every chance now, and is not to take it.
        begun.set()
        assert not ended.wait(0.3)

    network = Watched(inside)

    def other() -> None:
        assert begun.wait(PATIENCE)
        network.inside = lambda: None
        saliency_of(network)
        ended.set()

    with ThreadPoolExecutor() as threads:
        waits = threads.submit(other)
        predict(network, crops(1), ELSEWHERE)  # type: ignore[arg-type]
        waits.result(PATIENCE)
    assert not network.faults


def test_it_is_back_on_its_device_for_each_batch() -> None:
    network = Watched()
    run = iter_predict(network, crops(3), ELSEWHERE)  # type: ignore[arg-type]
    next(run)
    # Between two batches of a patient the saliency of a chromosome is computed elsewhere.
    assert saliency_of(network).shape == (BATCH["cpu"], 4, 2)
    network.training = True
    next(run)
    # A run that is given up in the middle leaves nothing locked.
    run.close()
    times = 0

    def moved_between_batches() -> None:
        nonlocal times
        times += 1
        network.device = torch.device("meta")

    network.inside = moved_between_batches
    with ThreadPoolExecutor() as threads:
        threads.submit(saliency_of, network, 3).result(PATIENCE)
    assert times == 3
    assert not network.faults


def test_a_waiting_thread_gets_its_turn_in_the_middle_of_a_run() -> None:
    network, done = Watched(), threading.Event()

    def other() -> None:
        for _ in range(20):
            saliency_of(network, 2)
        done.set()

    with ThreadPoolExecutor() as threads:
        waits = threads.submit(other)
        while not done.is_set():
            assert not waits.done() or not waits.exception()
            predict(network, crops(4), ELSEWHERE)  # type: ignore[arg-type]
        waits.result(PATIENCE)
    assert not network.faults


def test_an_error_leaves_nothing_locked() -> None:
    def fails() -> None:
        raise RuntimeError("broken")

    for _ in range(2):
        network = Watched(fails)
        with pytest.raises(RuntimeError, match="broken"):
            predict(network, crops(1), CPU)  # type: ignore[arg-type]
        with pytest.raises(RuntimeError, match="broken"):
            saliency_of(network)


def test_two_threads_that_ask_at_once_share_one_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_weights(tmp_path)
    real, loaded = weights.load_weights, threading.Barrier(2)

    def load(model: str) -> Any:
        # Both would be here at once if one did not wait for the other.
        with pytest.raises(threading.BrokenBarrierError):
            loaded.wait(0.2)
        return real(model)

    monkeypatch.setattr(weights, "load_weights", load)
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(classify.get_weights, [path, path])
    assert first is second
