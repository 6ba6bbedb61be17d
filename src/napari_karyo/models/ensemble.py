"""Several networks whose probabilities are averaged (row 6 of Table 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from napari_karyo.models.network import ChromosomeNetwork, NetworkConfig
from napari_karyo.preprocessing.prepare import InputSettings


@dataclass(frozen=True)
class EnsembleConfig:
    """The members of an ensemble, which must all read the same input.

    Raises
    ------
    ValueError
        Where there is none, or they differ in their input or in what they tell.
    """

    members: tuple[NetworkConfig, ...]

    def __post_init__(self) -> None:
        if len({(one.input, one.either_way_up) for one in self.members}) != 1:
            raise ValueError("the members of an ensemble must read and tell the same")

    @property
    def input(self) -> InputSettings:
        """The canvas that all members read."""
        return self.members[0].input

    @property
    def either_way_up(self) -> bool:
        """Whether they tell p arm up from p arm down."""
        return self.members[0].either_way_up

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values for a weights file."""
        return {"members": [one.as_dict() for one in self.members]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> EnsembleConfig:
        """Read back what `as_dict` wrote."""
        return cls(tuple(NetworkConfig.from_dict(one) for one in values["members"]))


class Ensemble(nn.Module):
    """Networks asked together."""

    def __init__(self, networks: Sequence[ChromosomeNetwork]) -> None:
        super().__init__()
        self.config = EnsembleConfig(tuple(one.config for one in networks))
        self.members = nn.ModuleList(networks)
        self._networks = tuple(networks)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Classify a batch.

        Parameters
        ----------
        images : Tensor, shape (N, 1, height, width)

        Returns
        -------
        logits : Tensor, shape (N, 24 or 48)
            Logarithms of the mean probabilities.
        attention : Tensor, shape (N, G)
            Mean over the members that have one of as many rows as the first such.
        """
        answers = [member(images) for member in self._networks]
        logs = torch.stack([torch.log_softmax(logits.float(), dim=1) for logits, _ in answers])
        mean = torch.logsumexp(logs, dim=0) - torch.log(torch.tensor(float(len(answers))))
        told = [alpha for _, alpha in answers if alpha.shape[1]]
        if not told:
            return mean, answers[0][1]
        alike = [alpha for alpha in told if alpha.shape == told[0].shape]
        return mean, torch.stack(alike).mean(dim=0)

    def scores(self, images: Tensor) -> Tensor:
        """Return what saliency differentiates: the mean of the members' logits.

        Not the logarithm of the mean probability, whose gradient vanishes where the
        members are sure.
        """
        return torch.stack([member.scores(images) for member in self._networks]).mean(dim=0)


Network = ChromosomeNetwork | Ensemble
NetworkSettings = NetworkConfig | EnsembleConfig


def build(settings: NetworkSettings) -> Network:
    """Return the untrained network of a configuration."""
    if isinstance(settings, EnsembleConfig):
        return Ensemble([ChromosomeNetwork(one) for one in settings.members])
    return ChromosomeNetwork(settings)


def settings_from_dict(values: dict[str, Any]) -> NetworkSettings:
    """Read the configuration of a weights file, of one network or of several."""
    return (EnsembleConfig if "members" in values else NetworkConfig).from_dict(values)
