"""Which pixels of a crop are the chromosome."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label

from napari_karyo.cell import Polarity
from napari_karyo.errors import PreprocessingError

#: Fewer pixels than this show no bands, whatever they are.
MIN_PIXELS = 12

#: A threshold at this share of Otsu's keeps the pale ends and bands of a chromosome,
#: which Otsu's own threshold cuts off.
OTSU_SHARE = 0.55

#: Grain of the background, a share of white, from which on outlines are sought in a softened
#: picture, whose blur, in pixels, is `SOFTENED`. In crops that a program cut out it is hardly
#: ever there: in 8 bits it asks for neighbours that differ by 3 greys or more.
GRAINY, SOFTENED = 0.012, 1.5

#: A bridge between two pieces of one chromosome is at least this share of the threshold.
PALE_SHARE = 0.25

#: A piece smaller than this share of the chromosome may hang on it anywhere.
SATELLITE_SHARE = 0.2


def bright_on_black(
    image: NDArray[Any], polarity: Polarity, white: float = 255.0
) -> NDArray[np.float32]:
    """Return a crop as bright chromosome on black, 0 to 1.

    Q-bright bands are G-dark bands, so that after this step both stains show the
    same band pattern.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Grey values as photographed.
    polarity : Polarity
        How the stain shows.
    white : float
        The grey value of white, `Cell.white`.

    Returns
    -------
    ndarray, shape (height, width), float32
    """
    scaled = np.asarray(image, np.float32) / np.float32(white)
    if polarity is Polarity.DARK:
        scaled = 1.0 - scaled
    return np.clip(scaled, 0.0, 1.0)


def foreground(bright: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the chromosome: the largest bright object, with its holes filled.

    What is cut off from it only by a pale stretch of its own belongs to it: the
    satellites of 13 to 15, 21 and 22 beyond their stalks, and an arm beyond the
    heterochromatin of 1, 9 or 16, which hardly fluoresces in Q-banding. Where the
    background is grainy the outline is that of a softened picture, up to a pixel wider.

    Parameters
    ----------
    bright : ndarray, shape (height, width), float32
        Bright chromosome on black, 0 to 1.

    Returns
    -------
    ndarray of bool, shape (height, width)

    Raises
    ------
    PreprocessingError
        Where nothing stands out from the background.
    """
    least = 0.0
    grain = _grain(bright)
    if grain > GRAINY:
        # The threshold would take grains for chromosome, and the ground between for holes;
        # what is left of them must stay below the palest bridge.
        bright, least = ndimage.gaussian_filter(bright, SOFTENED), grain
    lifted = lifted_from_ground(bright)
    inside = lifted[lifted > 0.02]
    if inside.size < MIN_PIXELS or float(np.ptp(lifted)) < 0.02:
        raise _nothing_there()
    level = max(0.02, OTSU_SHARE * float(threshold_otsu(lifted)), least)
    objects = label(lifted > level, connectivity=2)
    sizes = np.bincount(objects.ravel())
    sizes[0] = 0
    if not sizes.any():
        raise _nothing_there()
    bridges = lifted > max(PALE_SHARE * level, least)
    mask = ndimage.binary_fill_holes(_with_own_pieces(objects, sizes, bridges))
    if int(mask.sum()) < MIN_PIXELS:
        raise PreprocessingError(
            f"the largest object has only {int(mask.sum())} pixels.",
            "Cut the chromosome again at a higher magnification.",
        )
    return np.asarray(mask, np.bool_)


def ground_grey(bright: NDArray[np.float32]) -> float:
    """Return the grey of the background of a crop that is bright on black, 0 to 1.

    A crop cut tight has the chromosome on its border, so the background is the border's
    dark side and not its mean.
    """
    return float(np.quantile(np.concatenate(_edges(bright)), 0.2))


def lifted_from_ground(bright: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return by how much a crop is brighter than its background, shape (height, width)."""
    return np.asarray(np.clip(bright - ground_grey(bright), 0.0, None), bright.dtype)


def _nothing_there() -> PreprocessingError:
    return PreprocessingError(
        "no chromosome stands out from the background.",
        "Check that the crop is not empty and that the stain (bright or dark) is right.",
    )


def _edges(bright: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the four edges of a crop."""
    return [bright[0], bright[-1], bright[:, 0], bright[:, -1]]


def _grain(bright: NDArray[np.float32]) -> float:
    """Return about the standard deviation of the background's noise, a share of white.

    From the median difference of neighbours on the quietest edge, since a chromosome may lie
    on others; so a crop with one flat edge has none. On ground that noise can't make darker
    than black it is less than half of what the noise was before.
    """
    steps = [float(np.median(np.abs(np.diff(edge)))) for edge in _edges(bright) if len(edge) > 1]
    # The difference of two normal numbers stays below this in half of all cases.
    return min(steps, default=0.0) / 0.954


def _with_own_pieces(
    objects: NDArray[np.int_], sizes: NDArray[np.int_], pale: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the largest object with the pieces that a pale stretch cuts off from it.

    Parameters
    ----------
    objects : ndarray of int, shape (height, width)
        Numbered bright objects.
    sizes : ndarray of int, shape (objects + 1,)
        Their pixels; 0 for the background.
    pale : ndarray of bool, shape (height, width)
        What is bright enough for a bridge.
    """
    mask = objects == int(sizes.argmax())
    if np.count_nonzero(sizes) == 1:
        return np.asarray(mask, np.bool_)
    bridges = label(pale, connectivity=2)
    within = bridges == int(bridges[mask][0])
    pieces = np.unique(objects[within & (objects > 0) & ~mask])
    away = ndimage.distance_transform_edt(~mask)
    for piece in sorted(pieces, key=lambda number: -sizes[number]):
        other = objects == piece
        gap = float(away[other].min())
        large = sizes[piece] > SATELLITE_SHARE * mask.sum()
        if gap > _width(mask) or (large and not _lies_beyond_an_end(mask, other, away)):
            continue
        # The bridge is as narrow as the way is short.
        way = away + ndimage.distance_transform_edt(~other)
        mask = mask | other | (within & (way <= gap + 1.5))
        away = ndimage.distance_transform_edt(~mask)
    return np.asarray(mask, np.bool_)


def _width(mask: NDArray[np.bool_]) -> float:
    """Return about how wide an object is, in pixels."""
    rows, columns = np.nonzero(mask)
    return float(len(rows) / max(np.hypot(np.ptp(rows), np.ptp(columns)), 1.0))


def _lies_beyond_an_end(
    mask: NDArray[np.bool_], other: NDArray[np.bool_], away: NDArray[np.float64]
) -> bool:
    """Whether an object comes nearest to a chromosome at one of its ends.

    A large object beside its middle is another chromosome.
    """
    points = np.stack(np.nonzero(mask), axis=-1).astype(np.float64)
    centre = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - centre, full_matrices=False)
    reach = np.abs((points - centre) @ axes[0]).max()
    nearest = np.stack(np.nonzero(other), axis=-1)[away[other].argmin()]
    return bool(abs((nearest - centre) @ axes[0]) > 0.7 * reach)
