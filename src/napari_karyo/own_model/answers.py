"""What a model says of kept-out cells, and what becomes of each chromosome after that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.assignment import placements
from napari_karyo.inference.calibration import calibration_for, key_of
from napari_karyo.inference.classify import FEW, judged_answer
from napari_karyo.inference.confidence import Light, lights
from napari_karyo.inference.device import Device
from napari_karyo.inference.familiarity import usual_of
from napari_karyo.inference.likeness import measure
from napari_karyo.inference.passes import Answer, Tally
from napari_karyo.inference.predict import VIEWS, Prediction
from napari_karyo.inference.result import Classification
from napari_karyo.inference.scales import at_its_scale
from napari_karyo.models.weights import Weights
from napari_karyo.preprocessing.prepare import stand_upright
from napari_karyo.training.calibrate import calibration_of
from napari_karyo.training.dataset import LabelledCell

#: What a calibration on few cells may not make bolder than the model that they were taught to.
_NEVER_BOLDER: Final = ("temperature", "sure", "doubtful")


@dataclass(frozen=True, eq=False)
class Asked:
    """A labelled cell and what a model says of it.

    Attributes
    ----------
    labelled : LabelledCell
    answer : Answer or None
        None where the cell holds nothing that can be looked at.
    usual : tuple of float
        Median correlation and contrast of its bands; see `Likeness`.
    """

    labelled: LabelledCell
    answer: Answer | None
    usual: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What becomes of each of N labelled crops of a cell.

    Attributes
    ----------
    expected : ndarray of int, shape (N,)
    alone, placed, green : ndarray of bool, shape (N,)
        Right by itself, in the right slot, called sure.
    clicks : ndarray of int, shape (N,)
        0, 1 or 2: to be moved, to be turned by half.
    """

    expected: NDArray[np.int64]
    alone: NDArray[np.bool_]
    placed: NDArray[np.bool_]
    green: NDArray[np.bool_]
    clicks: NDArray[np.int64]


def ask(
    cells: Sequence[LabelledCell],
    weights: Weights,
    device: Device,
    progress: Callable[[int], None] | None = None,
) -> list[Asked]:
    """Classify cells, each by itself, as the program does.

    Parameters
    ----------
    cells : sequence of LabelledCell
    weights : Weights
    device : Device
    progress : callable, optional
        Told how many cells are done.
    """
    found = []
    for number, labelled in enumerate(cells, 1):
        found.append(_ask_one(labelled, weights, device))
        if progress is not None:
            progress(number)
    return found


def _ask_one(labelled: LabelledCell, weights: Weights, device: Device) -> Asked:
    try:
        standing = stand_upright(labelled.cell)
    except PreprocessingError:
        return Asked(labelled, None)
    run = at_its_scale([standing], weights, device, Tally(len(labelled.cell)), VIEWS)
    while True:
        try:
            next(run)
        except StopIteration as end:
            (answer,), _ = end.value
            break
    likeness = measure(answer.result, answer.strength)
    return Asked(
        labelled,
        answer,
        (float(np.median(likeness.bands)), float(np.median(likeness.contrast))),
    )


def calibrated_on(asked: Sequence[Asked], least: Mapping[str, float]) -> dict[str, float]:
    """Return the calibration of a model, fitted on cells that it did not learn from.

    Parameters
    ----------
    asked : sequence of Asked
    least : mapping of str to float
        The calibration of the model that it was taught to, fitted on many more cells: no
        temperature or threshold is set lower than there, for among few crops none may be
        wrong by chance.

    Returns
    -------
    dict
        Temperature, thresholds, usual strength, and what is usual of the bands, of the
        polarity of the cells. Else, and where there is no cell, as `least`.
    """
    found = dict(least)
    for polarity in {one.labelled.cell.polarity for one in asked}:
        of_stain = [one for one in asked if one.labelled.cell.polarity is polarity]
        answers = [one.answer for one in of_stain if one.answer is not None]
        if not answers:
            continue
        before, own = calibration_for(least, polarity), _fitted(answers)
        for name in _NEVER_BOLDER:
            own[name] = max(own[name], before[name])
        found |= {key_of(name, polarity): value for name, value in own.items()}
        found |= _usual(of_stain, polarity, least)
    return found


def _fitted(answers: Sequence[Answer]) -> dict[str, float]:
    known = [_truth(answer) for answer in answers]
    pairs = list(zip(answers, known, strict=True))
    prediction = Prediction(
        np.concatenate([one.log_outputs[which] for one, (which, _) in pairs]),
        np.concatenate([one.result.attention[which] for one, (which, _) in pairs]),
        np.concatenate([one.strength[which] for one, (which, _) in pairs]),
        Device("cpu", ""),
    )
    truth = np.concatenate([classes for _, classes in known])
    cells = np.repeat(np.arange(len(answers)), [len(classes) for _, classes in known])
    return calibration_of(prediction, truth, cells)


def _usual(
    asked: Sequence[Asked], polarity: Polarity, least: Mapping[str, float]
) -> dict[str, float]:
    """Return what is usual of the bands of a polarity: not more than before.

    What the shipped model knows of the same polarity stays known.
    """
    of_cells = [one.usual for one in asked if one.answer is not None]
    before = usual_of(least, polarity)
    bands, contrast = np.median(np.array(of_cells), axis=0)
    return {
        key_of("bands", polarity): min(before[0], float(bands)),
        key_of("contrast", polarity): min(before[1], float(contrast)),
    }


def _truth(answer: Answer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which crops of a cell are labelled, and their classes."""
    labels = [item.expected for item in answer.result.cell]
    which = np.array([place for place, one in enumerate(labels) if one is not None], np.int64)
    classes = [CLASS_INDEX[one] for one in labels if one is not None]
    return which, np.array(classes, np.int64)


def as_calibrated(answer: Answer, calibration: Mapping[str, float]) -> Classification:
    """Return a cell's classification as the model would give it with another calibration."""
    prediction = Prediction(
        answer.log_outputs, answer.result.attention, answer.strength, Device("cpu", "")
    )
    own = calibration_for(calibration, answer.result.cell.polarity)
    classes, up = prediction.probabilities(own["temperature"])
    result = replace(
        answer.result,
        probabilities=classes,
        p_arm_up=up,
        thresholds=(own["doubtful"], own["sure"]),
    )
    few = len(result.cell) < FEW
    return judged_answer(replace(answer, result=result), calibration, few)


def outcomes(asked: Asked, calibration: Mapping[str, float]) -> Outcomes:
    """Return what becomes of a cell's labelled crops; one that can't be used is to be moved."""
    cell = asked.labelled
    rows: list[tuple[int, ...]] = []
    seen = set()
    if asked.answer is not None:
        found = as_calibrated(asked.answer, calibration)
        slots = placements(found)
        shown = lights(found, dict(enumerate(slots)))
        for index, item in enumerate(found.cell):
            seen.add(item.name)
            if item.expected is None:
                continue
            placed = slots[index] == item.expected
            turned = cell.p_arm_known and found.p_arm_up[index] <= 0.5
            alone = found.predicted[index] == item.expected
            green = shown[index] is Light.SURE
            clicks = int(not placed) + int(turned)
            rows.append((CLASS_INDEX[item.expected], alone, placed, green, clicks))
    lost = [
        *(item.expected for item in cell.cell if item.name not in seen),
        *(label for _, label in cell.lost),
    ]
    rows += [(CLASS_INDEX[one], False, False, False, 1) for one in lost if one is not None]
    table = np.array(rows, np.int64).reshape(-1, 5)
    return Outcomes(
        table[:, 0],
        table[:, 1].astype(np.bool_),
        table[:, 2].astype(np.bool_),
        table[:, 3].astype(np.bool_),
        table[:, 4],
    )
