"""Chromosomes made after a run, by merging or splitting, classified as the others were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Chromosome
from napari_karyo.classes import CLASSES
from napari_karyo.errors import PreprocessingError, WeightsError
from napari_karyo.inference.calibration import calibration_for
from napari_karyo.inference.predict import VIEWS, predict
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.prepare import on_canvas
from napari_karyo.preprocessing.upright import Upright, upright

if TYPE_CHECKING:
    from napari_karyo.models.weights import Weights


def classify_more(
    classification: Classification,
    chromosomes: Sequence[Chromosome],
    *,
    model: str | Path | None = None,
    device: str = "cpu",
    views: int = VIEWS,
) -> Classification:
    """Classify further chromosomes of a cell at the scale and brightness of the others.

    What the cell's own crops said of its length factor and of white holds for the new
    ones too, so nothing that was found before changes by them.

    Parameters
    ----------
    classification : Classification
        Of the cell; it may have been extended before.
    chromosomes : sequence of Chromosome
        The new ones, of the cell's own depth, each with a name of its own.
    model : str or Path, optional
        Where the weights are; the name that the classification has of them where not
        given.
    device : {"cpu", "auto", "cuda", "mps"}
    views : int
        See `napari_karyo.inference.predict.iter_predict`.

    Returns
    -------
    Classification
        The old ones first, under their numbers. Where the weights that read the cell are
        not at hand, the new ones have all classes equally likely, and a note says so.

    Raises
    ------
    PreprocessingError
        Where one of the crops holds no chromosome; nothing is classified then.
    DeviceError
    ValueError
        Where a crop is of another depth, or its name is taken.
    """
    if not chromosomes:
        return classification
    # Refused before the network runs.
    whole = with_pieces(classification, chromosomes)
    weights = _same_weights(classification, model)
    if weights is None:
        names = ", ".join(item.name for item in chromosomes)
        note = (
            f"{names}: not classified, because the model that read this cell "
            f"({classification.model}) is not at hand. Look at each."
        )
        return replace(whole, notes=(*classification.notes, note))

    from napari_karyo.inference.device import choose_device

    first = len(classification)
    prediction = predict(weights.network, whole.inputs[first:], choose_device(device), views)
    calibration = calibration_for(weights.calibration, classification.cell.polarity)
    probabilities, p_arm_up = prediction.probabilities(calibration["temperature"])
    return replace(
        whole,
        probabilities=np.concatenate([classification.probabilities, probabilities]),
        p_arm_up=np.concatenate([classification.p_arm_up, p_arm_up]),
        attention=np.concatenate([classification.attention, prediction.attention]),
        notes=tuple(dict.fromkeys((*classification.notes, *prediction.notes))),
    )


def with_pieces(
    classification: Classification, chromosomes: Sequence[Chromosome]
) -> Classification:
    """Prepare further chromosomes of a cell at the scale and brightness of the others.

    Returns
    -------
    Classification
        The old ones first, under their numbers. Of the new ones all classes are equally
        likely, and either way up.

    Raises
    ------
    PreprocessingError
        Where one of the crops holds no chromosome.
    ValueError
        Where a crop is of another depth, or its name is taken.
    """
    uprights = _stand_upright(classification, chromosomes)
    of_cell = classification.uprights[: classification.photographed]
    inputs, grids = on_canvas(uprights, of_cell, classification.scale, classification.settings)
    part = replace(
        classification,
        cell=replace(classification.cell, chromosomes=tuple(chromosomes)),
        probabilities=np.full((len(uprights), len(CLASSES)), 1 / len(CLASSES), np.float32),
        p_arm_up=np.full(len(uprights), 0.5, np.float32),
        attention=_even(len(uprights), classification.attention.shape[1]),
        uprights=uprights,
        inputs=inputs,
        input_grids=grids,
        scales=np.full(len(uprights), classification.scale),
        # Whoever cut it out or joined it saw a chromosome.
        foreign=np.zeros(len(uprights), np.bool_),
        strange=np.zeros(len(uprights), np.bool_),
        notes=(),
        made=0,
    )
    return classification.extended(part)


def _stand_upright(
    classification: Classification, chromosomes: Sequence[Chromosome]
) -> tuple[Upright, ...]:
    white, polarity = classification.white, classification.cell.polarity
    pictures = []
    for item in chromosomes:
        try:
            pictures.append(upright(bright_on_black(item.image, polarity, white)))
        except PreprocessingError as error:
            raise PreprocessingError(error.what, error.remedy, item.name) from error
    return tuple(pictures)


def _same_weights(classification: Classification, model: str | Path | None) -> Weights | None:
    """Return the very weights that read the cell, or None where they are not at hand."""
    from napari_karyo.inference.classify import get_weights

    try:
        weights = get_weights(classification.model if model is None else model)
    except WeightsError:
        return None
    return weights if weights.sha256 == classification.model_hash else None


def _even(count: int, rows: int) -> NDArray[np.float32]:
    return np.full((count, rows), 1 / max(1, rows), np.float32)
