"""The same work on dask.distributed: on this machine's cores, or on a cluster that is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from napari_karyo.archive.parts import LeftOut, Part
from napari_karyo.archive.run import Doer, Task
from napari_karyo.archive.work import Job, Work, classify_patient
from napari_karyo.errors import ClusterError, KaryoError

#: Seconds in which a scheduler must answer.
_ANSWER: Final = 30


@contextmanager
def on_dask(
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    work: Work = classify_patient,
    tell: Callable[[str], None],
) -> Iterator[Doer]:
    """Give what hands each patient, as one task, to a process of this machine or of a cluster.

    Parameters
    ----------
    workers : int, optional
        So many processes of this machine, of one thread each.
    scheduler : str, optional
        Address of a scheduler that is there, such as ``tcp://head:8786``.
    work : callable
        A function of a module that the workers can import.
    tell : callable
        Told, once, where a scheduler has no worker yet: it is waited for.

    Raises
    ------
    ClusterError
        Where dask.distributed isn't installed, nothing answers at the address, or the
        processes can't be started.
    """
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise ClusterError(
            "dask.distributed is not installed, by which the work is shared.",
            'Install it with pip install "napari-karyo[archive]".',
        ) from error
    with ExitStack() as open_ones:
        address: Any = scheduler
        try:
            if scheduler is None:
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    # No page to look at; what is served instead, at a port of this machine alone.
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    silence_logs=logging.ERROR,
                    # A share of the memory each may be too little for a photograph.
                    memory_limit=None,
                )
                address = open_ones.enter_context(cluster)
            client = open_ones.enter_context(Client(address, timeout=_ANSWER, set_as_default=False))
        except (OSError, RuntimeError, ValueError) as error:
            raise ClusterError(
                f"no scheduler answers at {scheduler} ({error})."
                if scheduler is not None
                else f"{workers} processes could not be started ({error}).",
                "Check the address, and that dask scheduler runs there."
                if scheduler is not None
                else "Ask for fewer, or leave --workers out.",
            ) from error
        yield _doer(client, work, tell)


def _doer(client: Any, work: Work, tell: Callable[[str], None]) -> Doer:
    from distributed import as_completed

    def do(tasks: Iterator[Task], job: Job) -> Iterator[tuple[Task, Part]]:
        running: dict[str, Task] = {}
        futures = as_completed(loop=client.loop)

        def fill() -> None:
            # As many as there are hands, and no more: so nobody waits beside a patient who ends
            # a worker, and what is done never piles up here.
            hands = max(1, _hands(client))
            while len(running) < hands and (task := next(tasks, None)) is not None:
                # The key tells nobody on the cluster who the patient is.
                key = f"karyo-{task[0]}"
                running[key] = task
                futures.add(client.submit(work, task[1], job, key=key, pure=False))

        if not _hands(client):
            tell(f"no worker has joined {client.scheduler.address} yet; waiting.")
            with _there():
                client.wait_for_workers(1)
        fill()
        for future in futures:
            task = running.pop(future.key)
            yield task, _result(future, task)
            fill()

    return do


def _hands(client: Any) -> int:
    """Return how many patients the workers can do at once."""
    with _there():
        return sum(client.nthreads().values())


@contextmanager
def _there() -> Iterator[None]:
    """Say in words that the scheduler doesn't answer any more.

    Raises
    ------
    ClusterError
    """
    try:
        yield
    except (CancelledError, OSError) as error:
        raise ClusterError(
            "the cluster has gone.",
            "What was done is kept: the same command goes on from there.",
        ) from error


def _result(future: Any, task: Task) -> Part:
    """Return what came of a task; a patient who ended several workers has none."""
    from distributed import KilledWorker

    try:
        with _there():
            part: Part = future.result()
    except KilledWorker as error:
        name = task[1].name or task[1].paths[0].name
        why = f"{error.allowed_failures + 1} workers died of it, perhaps for lack of memory."
        said = f"napari-karyo: {name}: {why} It was left out; the same command tries it again."
        return Part(left_out=[LeftOut(name, why)], said=[said], whole=False)
    except KaryoError:
        raise
    except Exception as error:
        raise ClusterError(
            f"a worker can't do the work ({type(error).__name__}: {error}).",
            "Install this version of napari-karyo on all machines.",
        ) from error
    return part
