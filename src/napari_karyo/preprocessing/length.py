"""Length normalization: one factor for all crops of a cell or a patient.

The paper normalizes the length of the chromosomes across each patient (section 3.1;
method of its reference 29): every crop is resized by the same factor, so that
relative length, by which cytogeneticists know a class, survives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: The quantile of the lengths that is brought to a number of rows. Not the longest
#: chromosome: it may be lost, merged with a neighbour or cut in two.
REFERENCE_QUANTILE = 0.90


def length_factor(
    lengths: Sequence[float], target: float, quantile: float = REFERENCE_QUANTILE
) -> float:
    """Return the factor that brings a reference length to a number of rows.

    Parameters
    ----------
    lengths : sequence of float
        Medial-axis lengths of all chromosomes of the cell or patient, in pixels.
    target : float
        Rows that the chromosome at the quantile shall fill.
    quantile : float
        Which length is the reference, 0 to 1.

    Returns
    -------
    float
        Pixels of input per pixel of crop.

    Raises
    ------
    ValueError
        Where no length is given or none is positive.
    """
    values = np.asarray(lengths, np.float64)
    if values.size == 0 or not np.isfinite(values).all() or values.max() <= 0:
        raise ValueError("length normalization needs at least one positive length")
    return float(target / np.quantile(values, quantile))
