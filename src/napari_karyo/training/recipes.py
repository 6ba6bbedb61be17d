"""How each network is trained: the default's recipe, and those of the paper."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

from napari_karyo.training.augment import Augmentation
from napari_karyo.training.looks import Looks


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes
    ----------
    epochs, batch : int
    optimizer : {"adamw", "adam", "sgd"}
        AdamW with one cycle of the learning rate; Adam with a constant one; or
        stochastic gradient descent with Nesterov's momentum, whose rate is divided by
        ``1 + decay * step``.
    learning_rate : float
        The cycle's peak, the constant, or what the rate begins with.
    momentum, decay : float
        Of ``sgd``.
    weight_decay, label_smoothing : float
    rarer_stain : int
        How often an epoch shows each crop of the stain (as ``labels.csv`` names it, or
        the laboratory) with fewest crops, and of each other that has at most a quarter of
        what the commonest has, so that the others do not drown them. 1 where there is
        only one.
    average : float
        Decay of the running mean of the weights, which is what is kept; 0 keeps the
        last ones.
    keep : {"last", "lowest_loss"}
        Which epoch's weights are kept: the last one's, or those of the lowest loss on
        ``val``.
    patience : int
        Epochs in a row without a lower loss on ``val`` after which training stops; 0 never
        stops early. It changes no step, only which one is the last.
    augmentation : Augmentation
    """

    epochs: int = 22
    batch: int = 64
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    learning_rate: float = 3e-3
    momentum: float = 0.0
    decay: float = 0.0
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    rarer_stain: int = 3
    average: float = 0.998
    keep: Literal["last", "lowest_loss"] = "last"
    patience: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


#: Looks that the training material lacks, in shares small enough that what is known stays
#: known.
LOOKS: Final = Looks(
    marrow=0.15,
    slender=0.1,
    reversed=0.1,
    blank=0.15,
    evened=0.05,
    sharpened=0.05,
    darkened=0.1,
    masked=0.1,
    compressed=0.05,
)

#: What section 5.2 of the paper says of rows 3 to 5; the batch, which it does not
#: give, is 32, and nothing is augmented.
_PAPER: Final = Recipe(
    epochs=80,
    batch=32,
    optimizer="adam",
    learning_rate=1e-4,
    weight_decay=0.0,
    label_smoothing=0.0,
    rarer_stain=1,
    average=0.0,
    keep="lowest_loss",
    augmentation=Augmentation.none(),
)

#: By their names: of each configuration its own, and ``looks``, which goes on from a trained
#: network of the configuration ``default``, on material and looks that it doesn't know.
#:
#: The paper gives ResNet-50 a momentum of 1e-6 and a decay of 0.9. Taken so, its rate falls
#: to a hundredth within 110 steps, before anything is learned; they are the two numbers of
#: the example in the manual of Keras (decay 1e-6, momentum 0.9), exchanged, and ``resnet50``
#: reads them so; ``resnet50_letter`` takes the paper by its word.
RECIPES: Final = {
    "default": Recipe(),
    "looks": Recipe(
        epochs=12,
        learning_rate=1.5e-3,
        keep="lowest_loss",
        augmentation=Augmentation(looks=LOOKS),
    ),
    "deep_cnn": replace(_PAPER, epochs=150),
    "resnet50": replace(
        _PAPER, epochs=30, optimizer="sgd", learning_rate=1e-3, momentum=0.9, decay=1e-6
    ),
    "resnet50_letter": replace(
        _PAPER, epochs=30, optimizer="sgd", learning_rate=1e-3, momentum=1e-6, decay=0.9
    ),
    "crnn": replace(_PAPER, epochs=100),
    "attention": _PAPER,
    "res_crann": _PAPER,
}
