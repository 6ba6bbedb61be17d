"""The medial axis of a chromosome: its middle line from one end to the other.

The true length of a chromosome is the length of this line (section 4.3 of Sharma
et al., CVPR Workshops 2017, the length normalization that the Res-CRANN paper uses).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from skimage.measure import label
from skimage.morphology import skeletonize

#: Half of the eight neighbours of a pixel; the graph is symmetric.
_STEPS = ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5))

#: Where a skeleton's ends come nearer to the outline than this share of its usual depth,
#: it has run into a corner.
CORNER = 0.75

#: A skeleton this many times as long as its chromosome is wide may bend by a curve of
#: second order, third, and fourth. Below that a bend can't be told from raggedness.
SLENDER = (1.3, 2.6, 5.0)

#: Points along the axis, enough for the bends of the longest chromosome.
POINTS = 33


def medial_axis(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float32], float]:
    """Return the middle line of an upright mask and its length.

    The line is the longest path through the mask's skeleton, smoothed, and drawn
    out at both ends to the outline, which a skeleton does not reach.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)

    Returns
    -------
    axis : ndarray, shape (33, 2), float32
        Row and column, evenly spaced from the upper end to the lower.
    length : float
        In pixels.
    """
    straight = _straight(mask)
    path = _middle(_longest_path(skeletonize(_smooth(mask))), mask)
    if _arc(path)[-1] < 0.8 * _arc(straight)[-1]:
        # A skeleton that breaks at a narrow centromere keeps only one arm.
        path = straight
    if path[0, 0] > path[-1, 0]:
        path = path[::-1]
    path = _resample(path, POINTS)
    return path.astype(np.float32), float(_arc(path)[-1])


def _middle(path: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Turn a skeleton's path into a smooth line from outline to outline.

    A curve of low order, fitted to the path, follows the bends of a chromosome and not
    its ragged outline: lines across such an axis would fan out and tear the picture.
    Near its ends, where a skeleton runs into a corner, it lies close to the outline and
    says nothing of the middle.
    """
    if len(path) < 2:
        return _straight(mask)
    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    deep = depth[tuple(path.astype(int).T)]
    half = float(np.median(deep))
    if half < 1:
        # Sister chromatids stand apart, and the skeleton runs in the gap between them.
        return _straight(mask)
    inner = np.nonzero(deep > CORNER * half)[0]
    path = path[inner[0] : inner[-1] + 1]
    arc = _arc(path)
    slender = float(arc[-1]) / (2 * half)
    if slender < SLENDER[0]:
        return _straight(mask)
    order = 1 + sum(slender >= least for least in SLENDER)
    path = _resample(path, round(arc[-1]) + 1)
    share = np.linspace(-1.0, 1.0, len(path))
    weight = ndimage.map_coordinates(depth, path.T, order=1, mode="nearest")
    curve = np.polynomial.chebyshev.chebfit(share, path, order, w=weight)
    smooth = np.asarray(np.polynomial.chebyshev.chebval(share, curve).T, np.float64)
    return _extend(smooth, mask, back=max(1, round(half / 2)))


def _smooth(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Round off the outline, whose every corner would grow a branch of the skeleton."""
    padded = np.pad(mask, 3)
    smooth = ndimage.gaussian_filter(padded.astype(np.float32), 1.5) > 0.5
    if label(smooth, connectivity=2).max() != 1:
        smooth = padded
    return np.asarray(smooth[3:-3, 3:-3], np.bool_)


def _longest_path(skeleton: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the longest shortest path between two ends of a skeleton."""
    points = np.stack(np.nonzero(skeleton), axis=-1)
    count = len(points)
    if count < 2:
        return np.empty((0, 2))
    # Of 32 bits: the graphs of scipy 1.14 take no others.
    number = np.full(skeleton.shape, -1, np.int32)
    number[tuple(points.T)] = np.arange(count)
    padded = np.pad(number, 1, constant_values=-1)
    sources, targets, weights = [], [], []
    for down, right, weight in _STEPS:
        other = padded[points[:, 0] + 1 + down, points[:, 1] + 1 + right]
        there = np.nonzero(other >= 0)[0].astype(np.int32)
        sources.append(there)
        targets.append(other[there])
        weights.append(np.full(len(there), weight))
    graph = coo_array(
        (np.concatenate(weights), (np.concatenate(sources), np.concatenate(targets))),
        shape=(count, count),
    ).tocsr()
    # The farthest point from anywhere is one end; the farthest from it the other.
    first = dijkstra(graph, directed=False, indices=0)
    start = int(np.where(np.isfinite(first), first, -1).argmax())
    second, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    node = int(np.where(np.isfinite(second), second, -1).argmax())
    path = [node]
    while node != start:
        node = int(before[node])
        path.append(node)
    return points[path].astype(np.float64)


def _straight(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the vertical middle line of a mask too short for a bend, edge to edge."""
    rows, columns = np.nonzero(mask)
    between = np.linspace(rows.min() - 0.5, rows.max() + 0.5, 5)
    return np.stack([between, np.full(5, columns.mean())], axis=-1)


def _arc(path: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.hypot(*np.diff(path, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _resample(path: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    arc = _arc(path)
    places = np.linspace(0.0, arc[-1], points)
    return np.stack([np.interp(places, arc, path[:, 0]), np.interp(places, arc, path[:, 1])], -1)


def _extend(path: NDArray[np.float64], mask: NDArray[np.bool_], back: int) -> NDArray[np.float64]:
    """Draw both ends on, straight as the last `back` points run, until they leave the mask."""
    ends = []
    for end, inner in ((path[0], path[back]), (path[-1], path[-1 - back])):
        step = end - inner
        size = float(np.hypot(*step))
        direction = step / size if size else np.array([-1.0, 0.0])
        reach = np.arange(0.0, max(mask.shape), 0.5)
        line = end + reach[:, None] * direction
        inside = ndimage.map_coordinates(
            mask.astype(np.float32), line.T, order=0, mode="constant", cval=0.0
        )
        out = int((inside < 0.5).argmax()) if (inside < 0.5).any() else len(reach) - 1
        ends.append(end + reach[out] * direction)
    return np.concatenate([ends[0][None], path, ends[1][None]])
