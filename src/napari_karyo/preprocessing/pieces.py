"""Crops made from crops: two chromosomes cut apart, and two pieces put together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from skimage.measure import points_in_poly

from napari_karyo.cell import Polarity
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.preprocessing.joining import MARGIN, merge_crops
from napari_karyo.preprocessing.stained import (
    as_photographed,
    large_objects,
    paper_around,
    stained_pixels,
    white_of,
)

__all__ = ["MARGIN", "Piece", "merge_crops", "split_crop"]

#: How many times finer than pixels a cut is drawn.
_FINE: Final = 4


@dataclass(frozen=True, eq=False)
class Piece:
    """One of the crops that a crop was cut into.

    Attributes
    ----------
    image : ndarray, shape (height, width)
        Grey values as photographed, of the crop's own type.
    offset : tuple of int
        Row and column in the crop of the piece's first pixel. It is less than 0 where
        paper was added around what the crop's edge cut off.
    """

    image: NDArray[Any]
    offset: tuple[int, int]


def split_crop(
    image: NDArray[Any],
    line: Sequence[tuple[float, float]],
    polarity: Polarity,
    *,
    white: float | None = None,
) -> list[Piece]:
    """Cut a crop along a line.

    Parameters
    ----------
    image : ndarray, shape (height, width), uint8 or uint16
        As photographed.
    line : sequence of (row, column)
        Two points or more, in pixels of the crop. Its ends are drawn on straight to the
        edges of the crop.
    polarity : Polarity
    white : float, optional
        The grey value of white, `Cell.white`; found from the crop where not given.

    Returns
    -------
    list of Piece
        Two, the upper or else the left one first. Each has all that lies on its side of
        the line, on the crop's own paper.

    Raises
    ------
    PreprocessingError
        Where the line is none, or leaves nothing on one of its sides.
    """
    points = distinct_points(line)
    white = white_of(image) if white is None else white
    bright = bright_on_black(image, polarity, white)
    stained = stained_pixels(bright)
    paper = np.float32(paper_around(bright, stained))
    share = one_side(image.shape[:2], points)
    pieces = []
    for part in (share, 1.0 - share):
        own = large_objects(stained & (part >= 0.5))
        kept = np.asarray(paper + part * (bright - paper), np.float32)
        try:
            if not own.any():
                raise PreprocessingError("nothing is there.")
            foreground(kept)
        except PreprocessingError as error:
            raise PreprocessingError(
                "The line leaves no chromosome on one of its sides.",
                "Draw it between the two chromosomes, from edge to edge.",
            ) from error
        rows, columns = (np.nonzero(own.any(axis=axis))[0] for axis in (1, 0))
        top, left = int(rows[0]) - MARGIN, int(columns[0]) - MARGIN
        bottom, right = int(rows[-1]) + MARGIN + 1, int(columns[-1]) + MARGIN + 1
        # A crop cut tight has no paper to give.
        padded = np.pad(kept, MARGIN, constant_values=paper)
        cut = padded[top + MARGIN : bottom + MARGIN, left + MARGIN : right + MARGIN]
        piece = Piece(as_photographed(cut, polarity, white, image.dtype), (top, left))
        pieces.append((float(np.nonzero(own)[0].mean()), float(np.nonzero(own)[1].mean()), piece))
    (y0, x0, _), (y1, x1, _) = pieces
    swap = y0 > y1 if abs(y1 - y0) >= abs(x1 - x0) else x0 > x1
    return [piece for _, _, piece in (reversed(pieces) if swap else pieces)]


def distinct_points(line: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return a line's points without repeats.

    Raises
    ------
    PreprocessingError
        Where fewer than two remain.
    """
    points = np.asarray(line, np.float64).reshape(-1, 2)
    if len(points) and np.isfinite(points).all():
        moved = np.hypot(*np.diff(points, axis=0).T) > 1e-6
        points = points[np.concatenate([[True], moved])]
        if len(points) > 1:
            return points
    raise PreprocessingError("The line has fewer than two points.", "Draw it from edge to edge.")


def one_side(
    shape: tuple[int, ...], points: NDArray[np.float64], fine: int = _FINE
) -> NDArray[np.float32]:
    """Return how much of each pixel lies on one side of a line, 0 to 1.

    The line is drawn on far beyond the crop and closed there around one side, so that it
    is the outline of that side.

    Parameters
    ----------
    shape : tuple of int
    points : ndarray, shape (P, 2)
        See `distinct_points`.
    fine : int
        How many times finer than pixels it is drawn; once where pixels are to lie on one side.
    """
    middle = (np.array(shape[:2], np.float64) - 1) / 2
    far = 10.0 * (sum(shape[:2]) + float(np.abs(points - middle).max()))
    ends = []
    for end, inner in ((points[0], points[1]), (points[-1], points[-2])):
        way = (end - inner) / np.hypot(*(end - inner))
        ends.append(end + far * way)
    begin, stop = (math.atan2(*(end - middle)) for end in ends)
    sweep = (begin - stop) % (2 * math.pi)
    turn = stop + np.linspace(0.0, sweep, 65)[1:-1]
    around = middle + 4 * far * np.stack([np.sin(turn), np.cos(turn)], axis=-1)
    outline = np.concatenate([ends[0][None], points, ends[1][None], around])
    # Pixels are drawn finer and averaged: an edge of about one pixel, and no stairs.
    along = [(np.arange(size * fine) + 0.5) / fine - 0.5 for size in shape[:2]]
    places = np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = points_in_poly(places, outline)
    return np.asarray(inside.reshape(shape[0], fine, shape[1], fine).mean(axis=(1, 3)), np.float32)
