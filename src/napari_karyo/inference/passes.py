"""One pass of cells through the network, at given scales."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell
from napari_karyo.inference.calibration import calibration_for
from napari_karyo.inference.device import Device
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.prepare import Factors, Prepared, draw_inputs
from napari_karyo.preprocessing.upright import Upright

if TYPE_CHECKING:
    from napari_karyo.models.weights import Weights

#: A cell and the upright pictures of its chromosomes.
Standing = tuple[Cell, tuple[Upright, ...]]


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes
    ----------
    done, total : int
        Crops, each as often as it is looked at; more may be added when a cell is looked at
        again.
    text : str
        For the progress bar.
    """

    done: int
    total: int
    text: str


@dataclass
class Tally:
    """Crops done, and to be done as far as is known."""

    total: int
    done: int = 0

    def step(self, text: str, more: int = 0) -> Progress:
        """Return how far the run has come, with so many crops done of the present batch."""
        return Progress(self.done + more, self.total, text)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network says of a cell, and how strongly; see `Prediction`."""

    result: Classification
    log_outputs: NDArray[np.float32]
    strength: NDArray[np.float32]


def one_pass(
    group: list[Standing],
    pulled: Sequence[Sequence[Upright]],
    factors: Sequence[Factors],
    weights: Weights,
    place: Device,
    tally: Tally,
    again: bool,
    views: int,
) -> Generator[Progress, None, tuple[list[Answer], Device]]:
    """Classify cells with given length factors.

    Parameters
    ----------
    group : list of Standing
    pulled : sequence of sequence of Upright
        For each cell its chromosomes as they are drawn, from `pull_straight`.
    factors : sequence of Factors
        For each cell one factor, or one for each of its chromosomes.
    weights : Weights
    place : Device
    tally : Tally
    again : bool
        Whether they have been looked at before.
    views : int
        See `napari_karyo.inference.predict.iter_predict`.
    """
    found: list[Answer] = []
    for (cell, pictures), drawn, factor in zip(group, pulled, factors, strict=True):
        text = f"Classifying {cell.name}{' again' if again else ''} on {place}"
        yield tally.step(text)
        item = draw_inputs(cell, pictures, factor, weights.network.config.input, drawn)
        run = _classify_prepared(item, weights, place, views)
        while True:
            try:
                done = next(run)
            except StopIteration as end:
                answer, place = end.value
                break
            yield tally.step(text, done)
        tally.done += len(pictures)
        found.append(answer)
    return found, place


def _classify_prepared(
    item: Prepared, weights: Weights, place: Device, views: int
) -> Generator[int, None, tuple[Answer, Device]]:
    """Classify one cell; yields the crops done."""
    from napari_karyo.inference.predict import iter_predict

    prediction = yield from iter_predict(weights.network, item.inputs, place, views)
    calibration = calibration_for(weights.calibration, item.cell.polarity)
    probabilities, p_arm_up = prediction.probabilities(calibration["temperature"])
    result = Classification(
        cell=item.cell,
        probabilities=probabilities,
        p_arm_up=p_arm_up,
        attention=prediction.attention,
        uprights=item.uprights,
        inputs=item.inputs,
        input_grids=item.grids,
        scales=item.factors,
        model=weights.name,
        model_hash=weights.sha256,
        device=str(prediction.device),
        thresholds=(calibration["doubtful"], calibration["sure"]),
        foreign=np.zeros(len(item.cell), np.bool_),
        strange=np.zeros(len(item.cell), np.bool_),
        notes=tuple(prediction.notes),
        settings=weights.network.config.input,
    )
    # A GPU that was too small once is not asked again for the patient's other cells.
    return Answer(result, prediction.log_outputs, prediction.strength), prediction.device
