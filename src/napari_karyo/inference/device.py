"""Which device does the arithmetic: CUDA, MPS or the CPU, and in which precision."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from napari_karyo.counted import count
from napari_karyo.errors import DeviceError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cuda", "mps", "cpu")


@dataclass(frozen=True)
class Device:
    """A device that is there.

    Attributes
    ----------
    kind : str
        ``"cuda"``, ``"mps"`` or ``"cpu"``.
    name : str
        For the person: the card's name, or the CPU and its threads.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.name})"

    def autocast(self, training: bool = False) -> AbstractContextManager[Any]:
        """Return the mixed precision that helps on this device.

        CUDA computes in bfloat16; cards before Ampere, which have no such instructions,
        in float16 at inference and in full precision at training. On the CPU only
        training uses bfloat16, and only on processors with bfloat16 instructions: a cell takes
        well under a second there in full precision, which gives the same
        probabilities on every machine.
        """
        import torch

        if self.kind == "cuda":
            if torch.cuda.is_bf16_supported(including_emulation=False):
                return torch.autocast("cuda", torch.bfloat16)
            return nullcontext() if training else torch.autocast("cuda", torch.float16)
        if self.kind == "cpu" and training and _cpu_bfloat16():
            return torch.autocast("cpu", torch.bfloat16)
        return nullcontext()

    def torch(self) -> torch.device:
        """Return torch's own name of it."""
        import torch

        return torch.device(self.kind)


def _cpu_bfloat16() -> bool:
    import torch

    known = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(known()) if known is not None else False


def choose_device(wanted: str = "auto") -> Device:
    """Choose a device, or check that the wanted one is there.

    Parameters
    ----------
    wanted : {"auto", "cuda", "mps", "cpu"}

    Returns
    -------
    Device

    Raises
    ------
    DeviceError
        Where the device asked for is unknown or not there.
    """
    import torch

    if wanted not in DEVICES:
        raise DeviceError(f"{wanted!r} is no device.", f"Choose one of {', '.join(DEVICES)}.")
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        wanted = next((kind for kind, is_there in there.items() if is_there), "cpu")
    elif not there.get(wanted, True):
        raise DeviceError(
            f"this computer has no {wanted} device that torch can use.",
            "Choose auto or cpu, or install the torch build for your graphics card.",
        )
    if wanted == "cuda":
        return Device("cuda", torch.cuda.get_device_name())
    if wanted == "mps":
        return Device("mps", "Apple GPU")
    return the_cpu()


def the_cpu() -> Device:
    """Return the CPU, with the threads that torch may use."""
    import torch

    return Device("cpu", count(torch.get_num_threads(), "thread"))
