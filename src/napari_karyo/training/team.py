"""Processes that train one network together, as torch's own launcher starts them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import torch
from torch import Tensor, distributed

from napari_karyo.errors import DeviceError, KaryoError

#: How long one waits for another: the first draws the crops of all, and validates alone.
_PATIENCE: Final = timedelta(hours=2)

Anything = TypeVar("Anything")


@dataclass(frozen=True)
class Team:
    """The processes of a training, seen from one of them.

    All draw the same random numbers, for the whole batch, and each takes its share of it: so
    one random state is enough to go on from, and what is shown of which crop doesn't depend on
    how many they are, where the network itself draws none (dropout).

    Attributes
    ----------
    rank : int
        Of this process; the first one writes and speaks.
    size : int
    """

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes and speaks."""
        return self.rank == 0

    def check(self, batch: int) -> None:
        """Refuse a batch that can't be shared evenly.

        Raises
        ------
        ValueError
        """
        if batch % self.size:
            raise ValueError(
                f"a batch of {batch} crops can't be shared evenly by {self.size} processes; "
                "start a number that divides it"
            )

    def share(self, batch: Tensor) -> Tensor:
        """Return this process's share of a batch."""
        return batch.chunk(self.size)[self.rank] if self.size > 1 else batch

    def parallel(self, network: torch.nn.Module) -> torch.nn.Module:
        """Return the network as it is called in training: gradients are averaged over all.

        On CUDA the norms see the whole batch; torch has no such norms for the CPU, where
        each process's see its share.
        """
        if self.size == 1:
            return network
        if next(network.parameters()).is_cuda:
            network = torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return torch.nn.parallel.DistributedDataParallel(network)

    def mean(self, value: Tensor) -> Tensor:
        """Return the mean of a number over all."""
        if self.size > 1:
            value = value / self.size
            distributed.all_reduce(value)
        return value

    def of_first(self, find: Callable[[], Anything]) -> Anything:
        """Return what the first finds, found there alone."""
        if self.size == 1:
            return find()
        found: list[Any] = [find() if self.first else None]
        distributed.broadcast_object_list(found, src=0, device=torch.device("cpu"))
        return found[0]  # type: ignore[no-any-return]

    def wait(self) -> None:
        """Wait until all are here."""
        if self.size > 1:
            distributed.barrier()

    def in_turn(self, work: Callable[[], Anything]) -> Anything:
        """Do the same one after the other: what the first writes, the others only read."""
        for turn in range(self.size):
            if turn == self.rank:
                done = work()
            self.wait()
        return done


@contextmanager
def joined(device: str) -> Iterator[Team]:
    """Join the processes that ``torchrun`` started with this one; without it there is but one.

    Parameters
    ----------
    device : {"auto", "cuda", "mps", "cpu"}
        On CUDA each process of a machine takes a card of its own.

    Raises
    ------
    DeviceError
        Where there are fewer cards than processes.
    KaryoError
        Where torch was built without what processes talk by.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Team()
        return
    if not distributed.is_available():
        raise KaryoError("this torch can't train in several processes.", "Start only one.")
    cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    if cuda:
        own, cards = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if own >= cards:
            raise DeviceError(
                f"there are more processes than cards ({cards}) on this machine.",
                "Start one a card, or train with --device cpu.",
            )
        torch.cuda.set_device(own)
    backend = "cpu:gloo,cuda:nccl" if cuda else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Team(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()
