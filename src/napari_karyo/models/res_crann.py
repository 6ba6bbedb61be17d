"""Res-CRANN: residual convolutional recurrent attention network (section 4).

The residual network gives K maps of G rows and H columns. Row g of all maps,
concatenated, is one vector of the band sequence (equations 2 and 3); an LSTM reads
the G vectors from top to bottom; attention weighs what it says (equations 4 to 7);
a linear layer gives the classes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from napari_karyo.classes import CLASSES
from napari_karyo.models.residual import Block, ResidualBackbone, Stride
from napari_karyo.preprocessing.prepare import InputSettings


@dataclass(frozen=True)
class ResCRANNConfig:
    """The layer sizes of a Res-CRANN.

    Attributes
    ----------
    input : InputSettings
        The canvas and how crops are drawn on it.
    block, depths, widths, strides, stem_width, stem_size, stem_stride, pool
        See `ResidualBackbone`.
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
    block: Block = "basic"
    depths: tuple[int, ...] = (1, 2, 3, 2)
    widths: tuple[int, ...] = (32, 64, 128, 256)
    strides: tuple[Stride, ...] = ((1, 1), (2, 2), (2, 2), (1, 2))
    stem_width: int = 32
    stem_size: int = 5
    stem_stride: Stride = (2, 2)
    pool: bool = False
    lstm_width: int = 128
    bidirectional: bool = True
    dropout: float = 0.2
    either_way_up: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values for a weights file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ResCRANNConfig:
        """Read back what `as_dict` wrote, lists having taken the place of tuples."""
        values = dict(values)
        # Weights that do not say so were trained on crops each at full brightness.
        values["input"] = InputSettings(**{"brightness": "crop", **values["input"]})
        for name in ("depths", "widths", "stem_stride"):
            values[name] = tuple(values[name])
        values["strides"] = tuple(tuple(stride) for stride in values["strides"])
        return cls(**values)


#: Made for chromosomes: taller than wide, 16 rows of band sequence, 4 million weights.
DEFAULT = ResCRANNConfig()

#: The paper's own: ResNet-50 on 224x224, so that G = 7 and H * K = 14336. The width
#: of the LSTM, which the paper does not give, is 256; it reads from top to bottom.
PAPER = ResCRANNConfig(
    input=InputSettings(224, 224, target_rows=168.0, straighten=False, brightness="crop"),
    block="bottleneck",
    depths=(3, 4, 6, 3),
    widths=(64, 128, 256, 512),
    strides=((1, 1), (2, 2), (2, 2), (2, 2)),
    stem_width=64,
    stem_size=7,
    pool=True,
    lstm_width=256,
    bidirectional=False,
    dropout=0.0,
    either_way_up=False,
)

CONFIGS = {"default": DEFAULT, "paper": PAPER}


class BandAttention(nn.Module):
    """Weigh the rows of a sequence (equations 4 to 7): one weight vector w."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.w = nn.Linear(width, 1, bias=False)

    def forward(self, sequence: Tensor) -> tuple[Tensor, Tensor]:
        """Return the representation r (N, width) and the weights alpha (N, G)."""
        alpha = torch.softmax(self.w(torch.tanh(sequence)).squeeze(-1), dim=-1)
        weighted = torch.einsum("ng,ngw->nw", alpha, sequence)
        return torch.tanh(weighted), alpha


class ResCRANN(nn.Module):
    """The network.

    Parameters
    ----------
    config : ResCRANNConfig
    """

    def __init__(self, config: ResCRANNConfig = DEFAULT) -> None:
        super().__init__()
        self.config = config
        self.backbone = ResidualBackbone(
            config.block,
            config.depths,
            config.widths,
            config.strides,
            config.stem_width,
            config.stem_size,
            config.stem_stride,
            config.pool,
        )
        with torch.no_grad():
            probe = torch.zeros(1, 1, config.input.height, config.input.width)
            _, channels, self.rows, columns = self.backbone.eval()(probe).shape
        self.backbone.train()
        self.lstm = nn.LSTM(
            channels * columns,
            config.lstm_width,
            batch_first=True,
            bidirectional=config.bidirectional,
        )
        width = config.lstm_width * (2 if config.bidirectional else 1)
        self.attention = BandAttention(width)
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
            Weights of the rows of the sequence, top to bottom, summing to 1.
        """
        representation, alpha = self.describe(images)
        return self.head(self.dropout(representation)), alpha

    def describe(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the last layer reads: r (equation 7), and the attention.

        Parameters
        ----------
        images : Tensor, shape (N, 1, height, width)

        Returns
        -------
        representation : Tensor, shape (N, W)
        attention : Tensor, shape (N, G)
        """
        maps = self.backbone(images)
        # (N, K, G, H) -> (N, G, H * K): row g of every map, side by side.
        sequence = maps.permute(0, 2, 3, 1).flatten(2)
        sequence, _ = self.lstm(sequence)
        representation, alpha = self.attention(sequence)
        return representation, alpha
