"""Run by torch's launcher: the small network, trained by as many processes as it starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from small import SMALL
from torch import Tensor
from torch.nn import functional

from napari_karyo.inference.device import Device
from napari_karyo.models.network import NetworkConfig
from napari_karyo.training.dataset import load_dataset
from napari_karyo.training.fit import fit
from napari_karyo.training.recipes import Recipe
from napari_karyo.training.team import Team, joined

#: Without dropout, which draws for each share by itself.
SURE = replace(SMALL, dropout=0.0)
RECIPE = Recipe(epochs=3, batch=6, learning_rate=1e-2)


@contextmanager
def norms_of_each_crop() -> Iterator[None]:
    """Let the norms look at each crop alone, so that shares of a batch change nothing."""
    plain = torch.nn.BatchNorm2d.forward

    def alone(self: torch.nn.BatchNorm2d, images: Tensor) -> Tensor:
        return functional.group_norm(images, 1, self.weight, self.bias)

    torch.nn.BatchNorm2d.forward = alone  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.nn.BatchNorm2d.forward = plain  # type: ignore[method-assign]


def train_in(
    folder: Path,
    data: Path,
    team: Team,
    time_limit: float | None = None,
    config: NetworkConfig = SMALL,
) -> None:
    """Train in a folder to the end, however many calls it takes; the first writes `end.pt`."""
    folder.mkdir(exist_ok=True)
    crops = team.in_turn(lambda: load_dataset(data, folder / "work", SMALL.input))
    finished = False
    while not finished:
        network, finished, _ = fit(
            crops,
            config,
            RECIPE,
            Device("cpu", "test"),
            folder,
            time_limit=time_limit,
            progress=print if team.first else str,
            team=team,
        )
    if team.first:
        torch.save(network.state_dict(), folder / "end.pt")


def main(data: Path, output: Path) -> None:
    with joined("cpu") as team:
        train_in(output / "plain", data, team)
        with norms_of_each_crop():
            train_in(output / "alone", data, team, config=SURE)
            train_in(output / "pieced", data, team, time_limit=0.0, config=SURE)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
