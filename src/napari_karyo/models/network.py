"""A network from its parts: convolutions, then sequence, attention, both or neither.

The rows of the paper's Table 1 differ in these parts alone; `napari_karyo.models.named`
says which row has which.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn

from napari_karyo.classes import CLASSES
from napari_karyo.models.plain import PlainBackbone
from napari_karyo.models.res_crann import BandAttention, band_sequence
from napari_karyo.models.residual import Stride, residual_backbone, resnet50_backbone
from napari_karyo.preprocessing.prepare import InputSettings


@dataclass(frozen=True)
class NetworkConfig:
    """The parts of a network and their sizes.

    Attributes
    ----------
    input : InputSettings
        The canvas and how crops are drawn on it.
    backbone : {"residual", "resnet50", "plain"}
        The convolutions. torchvision's ResNet-50 has sizes of its own, and leaves
        `widths`, `depths` and `strides` empty.
    widths : tuple of int
        Channels of each stage or convolution.
    depths, strides, stem_width, stem_size, stem_stride
        See `residual_backbone`.
    recurrent : bool
        Whether an LSTM reads the rows of the feature maps, top to bottom.
    attend : bool
        Whether attention weighs the rows. Without it the LSTM's last output counts,
        and without both the mean of each map.
    hidden : tuple of int
        Sigmoid layers on all that the maps hold, where nothing reads their rows.
    lstm_width : int
        Hidden units, in each direction. The paper leaves it open.
    bidirectional : bool
        Whether the LSTM also reads from bottom to top.
    dropout : float
        Before the last layer.
    either_way_up : bool
        Whether the network tells each class p arm up from p arm down: 48 outputs,
        first the 24 classes p arm up, then the 24 p arm down.
    """

    input: InputSettings = field(default_factory=InputSettings)
    backbone: Literal["residual", "resnet50", "plain"] = "residual"
    depths: tuple[int, ...] = (1, 2, 3, 2)
    widths: tuple[int, ...] = (32, 64, 128, 256)
    strides: tuple[Stride, ...] = ((1, 1), (2, 2), (2, 2), (1, 2))
    stem_width: int = 32
    stem_size: int = 5
    stem_stride: Stride = (2, 2)
    recurrent: bool = True
    attend: bool = True
    hidden: tuple[int, ...] = ()
    lstm_width: int = 128
    bidirectional: bool = True
    dropout: float = 0.2
    either_way_up: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values for a weights file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NetworkConfig:
        """Read back what `as_dict` wrote, lists having taken the place of tuples."""
        values = dict(values)
        # Weights that do not say so were trained on crops each at full brightness. Those that
        # make one pass, the paper's, are the ones that don't straighten.
        older = {"brightness": "crop", "settle": values["input"].get("straighten", True)}
        values["input"] = InputSettings.from_dict({**older, **values["input"]})
        for name in {"depths", "widths", "stem_stride", "hidden"} & set(values):
            values[name] = tuple(values[name])
        if "strides" in values:
            values["strides"] = tuple(tuple(stride) for stride in values["strides"])
        return cls(**values)


class ChromosomeNetwork(nn.Module):
    """The network that a configuration describes."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = _backbone(config)
        with torch.no_grad():
            probe = torch.zeros(1, 1, config.input.height, config.input.width)
            _, channels, self.rows, columns = self.backbone.eval()(probe).shape
        self.backbone.train()
        width = channels * columns if config.recurrent or config.attend else channels
        if config.recurrent:
            self.lstm = nn.LSTM(
                width, config.lstm_width, batch_first=True, bidirectional=config.bidirectional
            )
            width = config.lstm_width * (2 if config.bidirectional else 1)
        if config.attend:
            self.attention = BandAttention(width)
        if config.hidden:
            sizes = (channels * self.rows * columns, *config.hidden)
            self.hidden = nn.Sequential(
                *(
                    layer
                    for inputs, outputs in pairwise(sizes)
                    for layer in (nn.Linear(inputs, outputs), nn.Sigmoid())
                )
            )
            width = config.hidden[-1]
        self.dropout = nn.Dropout(config.dropout)
        self.outputs = len(CLASSES) * (2 if config.either_way_up else 1)
        self.width = width
        self.head = nn.Linear(width, self.outputs)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Classify a batch.

        Parameters
        ----------
        images : Tensor, shape (N, 1, height, width)

        Returns
        -------
        logits : Tensor, shape (N, 24 or 48)
        attention : Tensor, shape (N, G)
            Weights of the rows of the sequence, top to bottom, summing to 1; no columns
            for a network without attention.
        """
        representation, alpha = self.describe(images)
        return self.head(self.dropout(representation)), alpha

    def describe(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the last layer reads, and the attention.

        Parameters
        ----------
        images : Tensor, shape (N, 1, height, width)

        Returns
        -------
        representation : Tensor, shape (N, W)
            For Res-CRANN, r of equation 7.
        attention : Tensor, shape (N, G)
        """
        config = self.config
        maps = self.backbone(images)
        none = maps.new_zeros((len(maps), 0))
        if config.hidden:
            return self.hidden(maps.flatten(1)), none
        if not (config.recurrent or config.attend):
            return maps.mean(dim=(2, 3)), none
        sequence = band_sequence(maps)
        last = none
        if config.recurrent:
            sequence, (final, _) = self.lstm(sequence)
            last = final.transpose(0, 1).flatten(1)
        if config.attend:
            representation, alpha = self.attention(sequence)
            return representation, alpha
        return last, none

    def scores(self, images: Tensor) -> Tensor:
        """Return what saliency differentiates: the logits, shape (N, 24 or 48)."""
        logits: Tensor = self(images)[0]
        return logits


def _backbone(config: NetworkConfig) -> nn.Module:
    if config.backbone == "plain":
        return PlainBackbone(config.widths)
    if config.backbone == "resnet50":
        return resnet50_backbone()
    return residual_backbone(
        config.depths,
        config.widths,
        config.strides,
        config.stem_width,
        config.stem_size,
        config.stem_stride,
    )
