"""A small photograph of a spread, drawn here, and what a poor segmentation makes of it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from napari_karyo.cell import Cell, Outline, Polarity, Spread
from napari_karyo.segmentation.canvas import line_distance, outline_of
from napari_karyo.segmentation.ground import flatten, measure_width
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject

SHAPE = (240, 320)

Line = list[tuple[float, float]]

#: Middle lines of what is in the photograph.
ALONE: Line = [(30, 40), (100, 40)]
CROSSING: tuple[Line, Line] = ([(60, 90), (60, 170)], [(25, 130), (95, 130)])
TOUCHING: tuple[Line, Line] = ([(30, 230), (62, 230)], [(76, 230), (120, 230)])
BROKEN: tuple[Line, Line] = ([(160, 30), (160, 62)], [(160, 80), (160, 120)])
UNSEEN: Line = [(150, 170), (210, 170)]
NUCLEUS: Line = [(180, 260)]
#: Between the two that touch, and around the one that was not seen.
CUT: Line = [(69, 215), (69, 245)]
AROUND: Line = [(140, 160), (140, 180), (220, 180), (220, 160)]

#: The classes that a network might have seen in the six that were found.
CLASSES_FOUND = ("1", "2", "3", "21", "16", "9")


def rod(line: Line, half: float = 6.5) -> np.ndarray:
    """Return the pixels of a chromosome along a line."""
    return line_distance(SHAPE, np.array(line, float)) <= half


def photograph(polarity: Polarity = Polarity.DARK, seed: int = 0) -> Spread:
    """Return the photograph: chromosomes let part of the light through, two part of that."""
    light = np.ones(SHAPE)
    for line in (ALONE, *CROSSING, *TOUCHING, *BROKEN, UNSEEN):
        light *= np.where(rod(line), 0.45, 1.0)
    light *= np.where(rod(NUCLEUS, 25), 0.6, 1.0)
    rng = np.random.default_rng(seed)
    grey = ndimage.gaussian_filter(light, 0.8) * 225 + rng.normal(0, 1.5, SHAPE)
    image = np.clip(grey if polarity is Polarity.DARK else 240 - grey, 0, 255)
    return Spread("spread 1", image.astype(np.uint8), polarity)


def outlines() -> list[Outline]:
    """Return what was found: two touching and two crossing ones as one, one as two."""
    masks = (
        rod(ALONE),
        np.logical_or(*map(rod, CROSSING)),
        np.logical_or(*map(rod, TOUCHING)),
        rod(BROKEN[0]),
        rod(BROKEN[1]),
        rod(NUCLEUS, 25),
    )
    return [outline_of(mask, 0, 0) for mask in masks]


def segmented(polarity: Polarity = Polarity.DARK) -> Segmentation:
    """Return the photograph with the outlines that were found in it."""
    spread = photograph(polarity)
    density = flatten(spread.image, polarity)
    objects = tuple(SpreadObject(Kind.CHROMOSOME, one, 0.9) for one in outlines())
    return Segmentation(spread, objects, density, measure_width(density))


def spread_cell(polarity: Polarity = Polarity.DARK) -> Cell:
    """Return the cell of all that was found."""
    return segmented(polarity).to_cell()
