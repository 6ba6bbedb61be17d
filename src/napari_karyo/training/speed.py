"""How fast a training goes, for which share of the time the device computes, and what helps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from napari_karyo.inference.device import Device

#: Steps of an epoch that a GPU's kernels are listened to; more would slow it down.
_LISTEN = 30


@contextmanager
def tiny_as_zero() -> Iterator[None]:
    """Let the processor take numbers too small to be normal for zero meanwhile.

    Gradients get so small, and make a CPU several times slower. Not for good: other programs
    in the same process may need such numbers.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


class Meter:
    """Counts the crops of an epoch.

    On a CPU, ``computing`` is the processor time of this program as a share of what its
    threads could have used; on an NVIDIA GPU, the time its kernels ran, as a share of the
    time of the steps that were listened to. Elsewhere it is left out.

    Parameters
    ----------
    device : Device
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._crops = self._steps = 0
        self._began, self._used = time.monotonic(), time.process_time()
        self._profiler: torch.profiler.profile | None = None
        self._listened = self._kernels = 0.0
        if device.kind == "cuda":
            self._profiler = torch.profiler.profile(
                activities=[torch.profiler.ProfilerActivity.CUDA]
            )
            self._profiler.start()

    def count(self, crops: int) -> None:
        """Count the crops of one step."""
        self._crops += crops
        self._steps += 1
        if self._profiler is not None and self._steps == _LISTEN:
            self._hear()

    def _hear(self) -> None:
        assert self._profiler is not None
        torch.cuda.synchronize()
        self._listened = time.monotonic() - self._began
        self._profiler.stop()
        events = self._profiler.key_averages()
        self._kernels = sum(event.self_device_time_total for event in events) / 1e6
        self._profiler = None

    def stop(self) -> dict[str, float]:
        """Return ``images_per_second`` and, where it can be told, ``computing``, 0 to 1."""
        if self._profiler is not None:
            self._hear()
        if self._device.kind == "cuda":
            torch.cuda.synchronize()
        seconds = max(1e-9, time.monotonic() - self._began)
        figures = {"images_per_second": self._crops / seconds}
        if self._device.kind == "cuda":
            figures["computing"] = min(1.0, self._kernels / max(1e-9, self._listened))
        elif self._device.kind == "cpu":
            used = time.process_time() - self._used
            figures["computing"] = min(1.0, used / seconds / torch.get_num_threads())
        return figures
