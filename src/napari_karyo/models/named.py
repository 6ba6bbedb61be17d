"""The networks that have a name: the default, and the rows of the paper's Table 1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from napari_karyo.models.network import NetworkConfig
from napari_karyo.preprocessing.prepare import InputSettings

#: Made for chromosomes: taller than wide, 16 rows of band sequence, 4 million weights.
DEFAULT: Final = NetworkConfig()

#: How the paper's networks are given a crop: 224x224 grey, of normalized length. The
#: length of the longest ones, which the paper leaves open, is three quarters of it. It
#: sees a cell in one pass.
_PAPER_INPUT: Final = InputSettings(
    224, 224, target_rows=168.0, straighten=False, brightness="crop", settle=False
)

#: Row 2: ResNet-50, so that G = 7 and H * K = 14336. The rows below it differ from it
#: by what they name. The width of the LSTM, which the paper does not give, is 256; it
#: reads from top to bottom.
RESNET50: Final = NetworkConfig(
    input=_PAPER_INPUT,
    backbone="resnet50",
    depths=(),
    widths=(),
    strides=(),
    recurrent=False,
    attend=False,
    lstm_width=256,
    bidirectional=False,
    dropout=0.0,
    either_way_up=False,
)
CRNN: Final = replace(RESNET50, recurrent=True)
ATTENTION: Final = replace(RESNET50, attend=True)
RES_CRANN: Final = replace(RESNET50, recurrent=True, attend=True)

#: Row 1: no residual blocks, and two sigmoid layers on all that the maps hold.
DEEP_CNN: Final = replace(
    RESNET50,
    backbone="plain",
    widths=(16, 16, 32, 64, 128, 256),
    hidden=(1024, 512),
)

CONFIGS: Final = {
    "default": DEFAULT,
    "deep_cnn": DEEP_CNN,
    "resnet50": RESNET50,
    "resnet50_letter": RESNET50,
    "crnn": CRNN,
    "attention": ATTENTION,
    "res_crann": RES_CRANN,
}


@dataclass(frozen=True)
class PaperRow:
    """A row of Table 1.

    Attributes
    ----------
    title : str
        As the paper calls it.
    paper : tuple of float
        The paper's top-1, top-3 and top-5, per cent; empty where it has no such row.
    members : tuple of str
        Whose probabilities it averages; empty for a network of its own.
    """

    title: str
    paper: tuple[float, ...] = ()
    members: tuple[str, ...] = ()


#: Table 1, in its order, and one row more.
TABLE_1: Final = {
    "deep_cnn": PaperRow("Traditional Deep CNN", (87.50, 96.25, 98.33)),
    "resnet50": PaperRow("ResNet-50", (87.64, 95.55, 98.33)),
    "resnet50_letter": PaperRow("ResNet-50, its recipe to the letter"),
    "crnn": PaperRow("CRNN", (90.27, 96.80, 98.33)),
    "attention": PaperRow("Attention based sequence model", (90.27, 96.25, 97.92)),
    "res_crann": PaperRow("Res-CRANN", (90.42, 96.66, 98.19)),
    "ensemble": PaperRow(
        "Ensemble of ResNet-50, CRNN, attention and Res-CRANN",
        (91.94, 97.77, 99.03),
        members=("resnet50", "crnn", "attention", "res_crann"),
    ),
}
