"""What of a training survives a kill: the checkpoint, and the curve that is written from it."""

from __future__ import annotations

import copy
import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from napari_karyo.errors import ReadError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.network import ChromosomeNetwork

#: Of the contents of a checkpoint: one of another number can't be gone on from.
FORMAT: Final = 3


@dataclass
class TrainingState:
    """Everything that must survive a kill.

    Attributes
    ----------
    network : ChromosomeNetwork
    averaged : AveragedModel
        The running mean of its weights.
    optimizer : Optimizer
    schedule : LRScheduler
    loss_sum : Tensor, shape ()
        Of the steps of the open epoch. A tensor of the device, since a number would make
        every step wait for it.
    step : int
        Steps done.
    seconds : float
        Of training, over all calls.
    rows : list of dict
        The figures of each closed epoch, that is of each that was validated. Their count
        says which epoch is open: the steps alone can't, since a kill may come after an
        epoch's last step and before its validation.
    best : dict of Tensor, optional
        The weights of the closed epoch of the lowest loss on ``val``.
    best_loss : float
    patience : int
        Of the recipe that it was begun or gone on with last.
    """

    network: ChromosomeNetwork
    averaged: AveragedModel
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    loss_sum: Tensor
    step: int = 0
    seconds: float = 0.0
    rows: list[dict[str, float]] = field(default_factory=list)
    best: dict[str, Tensor] | None = None
    best_loss: float = math.inf
    patience: int = 0

    @property
    def lowest(self) -> int:
        """The closed epoch of the lowest loss on ``val``, counted from 1; 0 where none is."""
        return int(self.rows[-1]["lowest"]) if self.rows else 0

    @property
    def ended(self) -> bool:
        """Whether the patience has run out."""
        return 0 < self.patience <= len(self.rows) - self.lowest

    def mean_network(self) -> ChromosomeNetwork:
        """Return a copy of the network with the running mean of its weights."""
        # A copy, not a new network: drawing new weights would disturb the random series.
        network = copy.deepcopy(self.averaged.module)
        assert isinstance(network, ChromosomeNetwork)
        return network.eval()

    def descend(self, loss: Tensor) -> None:
        """Make a step down the slope of a loss."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.network)
        self.step += 1

    def close(self, row: dict[str, float]) -> None:
        """Close the open epoch with its figures."""
        self.rows.append(row)
        self.loss_sum.zero_()

    def save(self, path: Path, made_with: str) -> None:
        """Write a checkpoint, whole or not at all.

        Parameters
        ----------
        path : Path
        made_with : str
            What it depends on; `load` asks for the same.
        """
        content = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "loss_sum": self.loss_sum,
            "step": self.step,
            "seconds": self.seconds,
            "rows": self.rows,
            "best": self.best,
            "best_loss": self.best_loss,
            "patience": self.patience,
            "random": torch.get_rng_state(),
            "made_with": made_with,
        }
        if torch.cuda.is_available():
            content["cuda_random"] = torch.cuda.get_rng_state()
        with atomic_write(path) as file:
            torch.save(content, file)

    def load(self, path: Path, made_with: str) -> int:
        """Take over a checkpoint, and the random state of when it was saved.

        Its patience is not among what must be the same, since no step depends on it.

        Returns
        -------
        int
            The patience that it was saved with; that of this state stays as it is.

        Raises
        ------
        ReadError
            Where it is damaged.
        ValueError
            Where it was made with anything else.
        """
        content = read_checkpoint(path)
        if content.get("made_with") != made_with:
            raise ValueError(
                f"{path} was made with another network, recipe or seed, other crops or another "
                "version of this program; choose another output folder, or start anew with "
                "--no-resume"
            )
        self.network.load_state_dict(content["network"])
        self.averaged.load_state_dict(content["averaged"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.schedule.load_state_dict(content["schedule"])
        self.loss_sum.copy_(content["loss_sum"])
        self.step, self.seconds = content["step"], content["seconds"]
        self.rows = content["rows"]
        self.best, self.best_loss = content["best"], content["best_loss"]
        torch.set_rng_state(content["random"])
        if torch.cuda.is_available() and "cuda_random" in content:
            torch.cuda.set_rng_state(content["cuda_random"])
        return int(content["patience"])


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read what a training saved of itself.

    Raises
    ------
    ReadError
        Where it is damaged.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:
        # A pickle, a zip file or a tensor may be what is wrong; torch has no error for them all.
        raise _damaged(path) from error
    if not isinstance(content, dict):
        raise _damaged(path)
    return content


def _damaged(path: Path) -> ReadError:
    return ReadError(
        "what the training saved of itself is damaged.", "Remove it to begin anew.", path
    )


def write_curve(path: Path, rows: Sequence[dict[str, float]]) -> None:
    """Write the closed epochs as a table, in place of any that lies there.

    Never appended to: only a table that is made whole from the checkpoint's rows agrees with
    the checkpoint, whenever the last call was killed.

    Parameters
    ----------
    path : Path
        Removed where there is no row yet: what lies there is of an older training.
    rows : sequence of dict
        An epoch each. A column that a row lacks is left empty there.
    """
    if not rows:
        path.unlink(missing_ok=True)
        return
    with atomic_write(path, text=True) as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
