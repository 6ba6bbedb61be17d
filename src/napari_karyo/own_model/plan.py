"""How an own model is trained, as chosen on cells of a stain that the start had never seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from napari_karyo.training.augment import Augmentation
from napari_karyo.training.recipes import Recipe


@dataclass(frozen=True)
class TuningPlan:
    """How a trained network is taught a laboratory's cells without forgetting others.

    Attributes
    ----------
    steps : int
    own, simulated : int
        Crops of a step: of the laboratory, and of simulated cells of both stains.
    learning_rate : float
        The peak, after a fifth of the steps.
    weight_decay, label_smoothing : float
    average : float
        Decay of the running mean of the weights, which is what is kept.
    keep_simulated : float
        How much it counts that the network says of simulated crops what the network that it
        started from says.
    share : float
        Of the way from the start's weights to the trained ones that is gone in the end.
    simulated_cells : int
        Of each stain.
    rows : int
        How many rows the curve gets.
    augmentation : Augmentation
    """

    steps: int = 400
    own: int = 40
    simulated: int = 24
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    average: float = 0.98
    keep_simulated: float = 2.0
    share: float = 0.7
    simulated_cells: int = 8
    rows: int = 20
    augmentation: Augmentation = field(default_factory=Augmentation)

    @property
    def recipe(self) -> Recipe:
        """What the general training needs to know of it."""
        return Recipe(
            epochs=1,
            batch=self.own,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            label_smoothing=self.label_smoothing,
            rarer_stain=1,
            average=self.average,
            augmentation=self.augmentation,
        )
