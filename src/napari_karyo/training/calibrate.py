"""From what the network says to probabilities that mean what they say.

Chosen on the validation split alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.inference.assignment import assign
from napari_karyo.inference.calibration import BY_POLARITY, key_of
from napari_karyo.inference.familiarity import is_unusual
from napari_karyo.inference.predict import Prediction

#: At most this share of the crops that the light calls sure may be wrong.
SURE_ERROR = 1 / 500

#: Fewer cells of a polarity say too little of it alone.
FEWEST_CELLS = 5

#: Below this calibrated probability a crop is doubtful, not just worth a look: one in
#: five such crops is expected to be wrong.
DOUBTFUL = 0.8

#: Two chromosomes of one cell, each held for what the other is labelled with at least
#: this probability, are taken for two labels that a hand exchanged. The network sees
#: each alone: two such errors that fit each other are not its own.
EXCHANGED = 0.9


def calibration_of(
    prediction: Prediction, truth: NDArray[np.int64], cells: NDArray[np.int64]
) -> dict[str, float]:
    """Return temperature, the light's thresholds and the usual strength, from labelled cells.

    Parameters
    ----------
    prediction : Prediction
        Of N crops.
    truth, cells : ndarray, shape (N,), int64
        The true class of each, and its cell.
    """
    temperature = fit_temperature(prediction, truth)
    classes, _ = prediction.probabilities(temperature)
    own = classes.argmax(axis=1)
    placed = np.empty_like(truth)
    # What is unlike everything known is told by how much weaker the network answers.
    strengths = []
    numbers = np.unique(cells)
    for cell in numbers:
        of_cell = cells == cell
        placed[of_cell] = [CLASS_INDEX[name] for name in assign(classes[of_cell])]
        strengths.append(float(prediction.strength[of_cell].mean()))
    usual = float(np.median(strengths))
    # A cell that is called sure of nothing says nothing of what sure is worth.
    weak = [
        cell
        for cell, strength in zip(numbers, strengths, strict=True)
        if is_unusual(strength - usual, int(np.count_nonzero(cells == cell)))
    ]
    slips = exchanged(cells, truth, own, classes.max(axis=1))
    counted = (placed == own) & ~slips & ~np.isin(cells, weak)
    doubtful, sure = fit_thresholds(classes.max(axis=1)[counted], (own == truth)[counted])
    return {
        "temperature": temperature,
        "doubtful": doubtful,
        "sure": sure,
        "strength": usual,
    }


def calibration_by_polarity(
    prediction: Prediction,
    truth: NDArray[np.int64],
    cells: NDArray[np.int64],
    polarities: NDArray[np.str_],
) -> dict[str, float]:
    """Return the calibration for all cells, and beside it that for those of each polarity.

    Parameters
    ----------
    prediction : Prediction
        Of N crops.
    truth, cells : ndarray, shape (N,), int64
        As of `calibration_of`.
    polarities : ndarray of str, shape (N,)

    Returns
    -------
    dict
        See `napari_karyo.inference.calibration`. Of a polarity with few cells nothing is said
        apart, nor where all are of one.
    """
    found = calibration_of(prediction, truth, cells)
    kinds = np.unique(polarities)
    for kind in kinds if len(kinds) > 1 else ():
        which = polarities == kind
        if len(np.unique(cells[which])) >= FEWEST_CELLS:
            own = calibration_of(prediction.take(which), truth[which], cells[which])
            found |= {key_of(name, Polarity(str(kind))): own[name] for name in BY_POLARITY}
    return found


def fit_temperature(prediction: Prediction, truth: NDArray[np.int64]) -> float:
    """Return the temperature of the lowest negative log likelihood of the true class.

    Parameters
    ----------
    prediction : Prediction
        Of N crops.
    truth : ndarray, shape (N,), int64
        True classes.
    """

    def loss(log_temperature: float) -> float:
        classes, _ = prediction.probabilities(float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(classes[np.arange(len(truth)), truth], 1e-12)).mean())

    found = minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded")
    return float(np.exp(found.x))


def exchanged(
    cells: NDArray[np.int64],
    truth: NDArray[np.int64],
    own: NDArray[np.int64],
    confidence: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Tell which crops bear a label that seems exchanged with another of the cell.

    Parameters
    ----------
    cells : ndarray, shape (N,), int64
        The cell of each crop.
    truth, own : ndarray, shape (N,), int64
        The labels, and what the network calls each crop.
    confidence : ndarray, shape (N,)
        With which probability.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    wrong = np.nonzero((truth != own) & (confidence >= EXCHANGED))[0]
    found = np.zeros(len(truth), np.bool_)
    for one in wrong:
        fits = (cells[wrong] == cells[one]) & (truth[wrong] == own[one])
        found[one] = bool((fits & (own[wrong] == truth[one])).any())
    return found


def fit_thresholds(
    confidence: NDArray[np.float32], right: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return where the confidence light changes: doubtful below, sure from.

    Parameters
    ----------
    confidence : ndarray, shape (N,)
        Probability of the class given, of crops that the network and the whole-cell
        assignment agree on. The light of the others is doubtful anyway.
    right : ndarray of bool, shape (N,)
        Whether it is the true one.

    Returns
    -------
    doubtful, sure : float
        `sure` is the lowest confidence from which on at most 1 in 500 are wrong;
        `doubtful` is `DOUBTFUL`, or `sure` where that is less.
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    share = wrong / np.arange(1, len(order) + 1)
    good = np.nonzero(share <= SURE_ERROR)[0]
    sure = float(confidence[order[good[-1]]]) if good.size else 1.0
    return min(DOUBTFUL, sure), sure


def calibration_error(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = 15
) -> float:
    """Return the expected calibration error: |confidence - accuracy|, mean over crops."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    sure = np.bincount(which, confidence, bins)
    hits = np.bincount(which, right.astype(float), bins)
    return float(np.abs(sure - hits).sum() / max(1, count.sum()))
