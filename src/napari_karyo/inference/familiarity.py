"""Whether the network has seen anything like a cell, and like each of its crops.

A network answers whatever it is shown, and is sure of much that it has never seen. So a
cell is judged by how strongly the network answers and by how well the bands agree with an
average chromosome of the class; a crop, among the others of its cell, by these and by its
length, width and outline. Which measures were compared, and what each is worth, stands in
``docs/results/unknown-material.md``; ``benchmarks/unknown_material.py`` measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Lost, Polarity
from napari_karyo.inference.calibration import key_of
from napari_karyo.inference.likeness import Likeness, measure
from napari_karyo.inference.result import Classification
from napari_karyo.io.polarity import find_polarity

#: A cell's mean strength, in logits from the usual one, below which it is of unknown
#: material, and below which nothing of it is called sure. The mean of few crops scatters:
#: both are lower by `OF_FEW` over the root of their number.
UNKNOWN_FROM: Final = -0.53
UNUSUAL_FROM: Final = -0.2
OF_FEW: Final = 0.5

#: Of a known cell the median correlation of the bands with those of an average chromosome and
#: the median contrast of the bands; and by how much less of each counts as much as a
#: strength that is lower by a logit. Bright: DAPI, which is banded like Q-banding, but less
#: clearly. All three together below `BANDS_FROM` are of unknown material.
USUAL: Final = {Polarity.BRIGHT: (0.87, 0.316), Polarity.DARK: (0.77, 0.287)}
STEPS: Final = {Polarity.BRIGHT: (0.3, 0.2), Polarity.DARK: (1.0, 0.4)}
BANDS_FROM: Final = {Polarity.BRIGHT: -0.8, Polarity.DARK: -0.55}

#: What tells a crop that is no single chromosome: a logistic regression on `features`, fitted
#: on ``val`` (`benchmarks/unknown_material.py --fit`).
WEIGHTS: Final = (2.24, 5.36, 13.05, 4.86, 18.37, 1.61)
CONSTANT: Final = -7.38
#: A score from which on a crop's light is unknown: 6 in 1,000 chromosomes of ``val``, badly
#: splayed and folded ones. And from which on it goes to the tray: none of 3,225, for what
#: lies there is not counted.
STRANGE_FROM: Final = 1.0
FOREIGN_FROM: Final = 5.0

#: Where more of a cell's crops than this share are no chromosomes, the cell is unknown.
MOSTLY: Final = 0.5

#: In a cell where fewer than this share are sure of their class by the usual threshold, a
#: probability is sure from `SURE_FROM` on: so unsure it is of few known cells, DAPI aside, and of
#: most of a stain that it has never seen, where what the usual threshold calls sure is not.
SHARE_SURE: Final = 0.7
SURE_FROM: Final = 0.99

#: A median contrast of the band profile below this is of chromosomes without bands.
NO_BANDS: Final = 0.21

#: A correlation below this, a cell's median, is of bands that lie where others do.
OTHER_BANDS: Final = 0.35


def usual_of(calibration: Mapping[str, float], polarity: Polarity) -> tuple[float, float]:
    """Return a known cell's median correlation and contrast of the bands, to a model.

    A model that has learned another material of a polarity has its own in its calibration.
    """
    bands, contrast = USUAL[polarity]
    return (
        calibration.get(key_of("bands", polarity), bands),
        calibration.get(key_of("contrast", polarity), contrast),
    )


def judged(
    classification: Classification,
    strength: NDArray[np.floating],
    usual: tuple[float, float] | None = None,
) -> Classification:
    """Return a classification with what is unlike everything that the network knows marked.

    Parameters
    ----------
    classification : Classification
    strength : ndarray, shape (N,)
        The largest logit of each crop over the usual one, `Likeness.strength`.
    usual : tuple of float, optional
        See `usual_of`; `USUAL` where left out.

    Returns
    -------
    Classification
        With `strange`, `foreign` and, where there is a reason, `unknown` and `withheld` set, and
        with a stricter threshold where it is sure of few.
    """
    likeness = measure(classification, strength)
    usual = usual or USUAL[classification.cell.polarity]
    if Lost.GREYS in classification.cell.lost:
        return replace(classification, unknown=_why(classification, likeness))
    score = strangeness(likeness, classification.cell.polarity, usual)
    strange, foreign = score > STRANGE_FROM, score > FOREIGN_FROM
    if strange.mean() > MOSTLY:
        count = int(strange.sum())
        words = (
            f"{count} of its {len(score)} crops are no single chromosomes, as far as can be "
            "told (dirt, nuclei, clusters, letters). Check that the folder holds the crops of a "
            "metaphase cell."
        )
        return replace(classification, foreign=foreign, strange=strange, unknown=words)
    kept = np.flatnonzero(~strange)
    strong, bands = familiarity_of_cell(likeness, kept, classification.cell.polarity, usual)
    few = OF_FEW / np.sqrt(len(kept))
    if strong < UNKNOWN_FROM - few or bands < BANDS_FROM[classification.cell.polarity] - few:
        # Which crops are chromosomes is not known of such a cell either.
        return replace(classification, unknown=_why(classification, likeness))
    withheld = classification.withheld
    if not withheld and is_unusual(strong, len(kept)):
        withheld = (
            "The model answers more weakly than on nearly every cell that it was tested on, so "
            "nothing is called sure. Look at every chromosome."
        )
    return replace(
        classification,
        foreign=foreign,
        strange=strange,
        withheld=withheld,
        thresholds=_strict(classification),
    )


def _strict(classification: Classification) -> tuple[float, float]:
    """Return the thresholds of the light, stricter where the cell's crops are seldom sure."""
    doubtful_below, sure_from = classification.thresholds
    if float(np.mean(classification.confidence >= sure_from)) < SHARE_SURE:
        sure_from = max(sure_from, SURE_FROM)
    return doubtful_below, sure_from


def is_unusual(strength: float, crops: int) -> bool:
    """Tell whether a cell answers so weakly that nothing of it may be called sure.

    Parameters
    ----------
    strength : float
        Mean of its crops, over what is usual.
    crops : int
    """
    return strength < UNUSUAL_FROM - OF_FEW / float(np.sqrt(crops))


def familiarity_of_cell(
    likeness: Likeness,
    kept: NDArray[np.intp],
    polarity: Polarity,
    usual: tuple[float, float] | None = None,
) -> tuple[float, float]:
    """Return how like the known cells a cell is: by strength alone, and by its bands too.

    Parameters
    ----------
    likeness : Likeness
    kept : ndarray of int
        The crops that are chromosomes; one at least.
    polarity : Polarity
    usual : tuple of float, optional
        See `usual_of`; `USUAL` where left out.

    Returns
    -------
    strength, with_bands : float
        In logits; about 0 for a known cell.
    """
    strong = float(likeness.strength[kept].mean())
    medians = (np.median(likeness.bands[kept]), np.median(likeness.contrast[kept]))
    missing = zip(medians, usual or USUAL[polarity], STEPS[polarity], strict=True)
    return strong, strong + float(sum((value - known) / step for value, known, step in missing))


def strangeness(
    likeness: Likeness, polarity: Polarity, usual: tuple[float, float] | None = None
) -> NDArray[np.float64]:
    """Return how much speaks for each crop being no single chromosome, shape (N,).

    In log odds: dirt, a nucleus, a cluster of several, a letter.
    """
    return features(likeness, polarity, usual) @ np.array(WEIGHTS) + CONSTANT


def features(
    likeness: Likeness, polarity: Polarity, usual: tuple[float, float] | None = None
) -> NDArray[np.float64]:
    """Return what speaks for each crop being no single chromosome, shape (N, 6), 0 or more.

    Weak answers, a length below that of the class, a width above and below that of the
    others, a ragged outline, other bands.
    """
    parts = (
        -likeness.strength,
        -likeness.length,
        likeness.width,
        -likeness.width,
        1 - likeness.solidity,
        (usual or USUAL[polarity])[0] - likeness.bands,
    )
    return np.maximum(np.stack(parts, axis=1), 0)


def _why(classification: Classification, likeness: Likeness) -> str:
    """Return what a cell of unknown material seems to be, and what to do."""
    cell = classification.cell
    seen = find_polarity(item.image for item in cell)
    if seen is not cell.polarity:
        return (
            f"Its chromosomes seem to be {seen.value} and were read as {cell.polarity.value} ones. "
            "Choose the other stain and classify it again."
        )
    if Lost.GREYS in cell.lost or float(np.median(likeness.contrast)) < NO_BANDS:
        return (
            "Its chromosomes show no bands (solid stain, a blurred picture, black and white "
            "alone). Place them by hand, or photograph a banded cell in greys."
        )
    if Lost.SCALE in cell.lost:
        return (
            "Its crops were resized to one size, and neither lengths nor bands are what the model "
            "has learned. Export the crops as they were photographed."
        )
    if float(np.median(likeness.bands)) < OTHER_BANDS:
        return (
            "R-banding, it seems: its bands are not where the stains that the model knows have "
            "them. Look at every chromosome."
        )
    if cell.polarity is Polarity.BRIGHT:
        return (
            "Another fluorescence, it seems: bright, but banded neither as Q-banding nor as DAPI, "
            "which the model knows. Look at every chromosome."
        )
    return (
        "The model reads its chromosomes badly: another banding, very short or splayed ones, "
        "or pictures changed by filters. Look at every chromosome."
    )
