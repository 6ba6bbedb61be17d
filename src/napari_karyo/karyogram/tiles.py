"""One chromosome as it stands on the page: its grey values and its soft outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Cell
from napari_karyo.karyogram.chromosome_pictures import picture_places
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.upright import Upright


@dataclass(frozen=True, eq=False)
class Tile:
    """A chromosome at its size on the page.

    Attributes
    ----------
    stain : ndarray, shape (height, width), float32
        0 for the photograph's background to 1 for the cell's strongest stain.
    cover : ndarray, shape (height, width), float32
        1 on the chromosome, falling to 0 just outside it.
    ink : ndarray, shape (height, width), uint8
        Stain where covered, 0 to 255: what is laid on the paper.
    """

    stain: NDArray[np.float32]
    cover: NDArray[np.float32]
    ink: NDArray[np.uint8]


@dataclass(frozen=True)
class Window:
    """The cell's range of grey: one for all its chromosomes.

    Stretching every crop by itself would make a pale chromosome look like a strong
    one; one window a cell keeps their relative greys as photographed.
    """

    background: float
    strongest: float

    def apply(self, bright: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of bright-on-black pictures as 0 to 1 of the window."""
        span = max(self.strongest - self.background, 1e-6)
        return np.asarray(np.clip((bright - self.background) / span, 0.0, 1.0), np.float32)


def cell_window(crops: Sequence[NDArray[np.float32]], uprights: Sequence[Upright]) -> Window:
    """Find the cell's window from its bright-on-black crops.

    The background is the median of what lies around the chromosomes; the strongest
    stain is the 99.8th percentile on them, so that one glaring pixel decides nothing.
    """
    inside = [item.image[item.mask] for item in uprights if item.mask.any()]
    if not inside:
        return Window(0.0, 1.0)
    stained = np.concatenate(inside)
    around = []
    for crop, item in zip(crops, uprights, strict=True):
        near = ndimage.binary_dilation(item.mask, iterations=2)
        values = ndimage.map_coordinates(
            crop, item.grid[~near].T, order=0, mode="constant", cval=np.nan
        )
        around.append(values[np.isfinite(values)])
    outside = np.concatenate(around)
    pale = float(np.quantile(stained, 0.02))
    background = min(float(np.median(outside)), pale) if outside.size else 0.0
    return Window(background, float(np.quantile(stained, 0.998)))


def bright_crops(cell: Cell, photographed: int | None = None) -> list[NDArray[np.float32]]:
    """Return the cell's crops as bright on black, 0 to 1.

    Parameters
    ----------
    cell : Cell
    photographed : int, optional
        How many of the crops, the first ones, say what is white; all where not given.
    """
    white = replace(cell, chromosomes=cell.chromosomes[:photographed]).white
    return [bright_on_black(item.image, cell.polarity, white) for item in cell]


def cell_greys(
    cell: Cell, uprights: Sequence[Upright], photographed: int | None = None
) -> tuple[list[NDArray[np.float32]], Window]:
    """Return a cell's crops as bright on black, and its window.

    Parameters
    ----------
    cell : Cell
    uprights : sequence of Upright
    photographed : int, optional
        How many chromosomes, the first ones, say what is white and what the window is:
        pieces made later change nothing about the others. All where not given.
    """
    crops = bright_crops(cell, photographed)
    return crops, cell_window(crops[:photographed], uprights[:photographed])


def _on_crop(item: Upright, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where places of a chromosome's picture lie in the original crop."""
    grids = [
        ndimage.map_coordinates(item.grid[..., axis], places, order=1, mode="nearest")
        for axis in (0, 1)
    ]
    return np.stack(grids).astype(np.float64)


def _cover(item: Upright, places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the soft outline of a chromosome at places of its picture, 0 to 1."""
    grown = np.pad(ndimage.binary_dilation(item.mask), 2).astype(np.float32)
    soft = ndimage.gaussian_filter(grown, 1.0)
    cover = ndimage.map_coordinates(soft, places + 2, order=2, mode="constant", cval=0.0)
    # Blurred from half to nothing, so that the outline itself stays fully covered.
    return np.asarray(np.clip(cover * 1.8 - 0.35, 0.0, 1.0), np.float32)


def draw_tile(
    item: Upright,
    crop: NDArray[np.float32],
    window: Window,
    size: tuple[int, int],
    turned: bool,
    angle: float = 0.0,
) -> Tile:
    """Draw a chromosome at a size on the page, straight from its original crop.

    Sampling the photograph once, at the places that the tile's pixels have on it,
    keeps bands sharper than magnifying the upright picture, which was sampled before.

    Parameters
    ----------
    item : Upright
        Upright or straightened.
    crop : ndarray, float32
        The original crop, bright on black.
    window : Window
    size : tuple of int
        Height and width of the tile, in pixels.
    turned : bool
        Whether it is rotated by 180 degrees, beyond the angle.
    angle : float
        Degrees that it is rotated clockwise.
    """
    places = picture_places(item, size, turned, angle)
    values = ndimage.map_coordinates(
        crop,
        _on_crop(item, places),
        order=3,
        mode="constant",
        cval=window.background,
        output=np.float32,
    )
    return _inked(window.apply(values), _cover(item, places))


def contrasted(tile: Tile, low: float, high: float) -> Tile:
    """Return a tile with a part of the range of stain drawn from paper to full ink."""
    return _inked(np.clip((tile.stain - low) / (high - low), 0.0, 1.0), tile.cover)


def _inked(stain: NDArray[np.float32], cover: NDArray[np.float32]) -> Tile:
    return Tile(stain, cover, np.rint(255 * stain * cover).astype(np.uint8))


def overlay_tile(
    item: Upright,
    values: NDArray[np.float32],
    size: tuple[int, int],
    turned: bool,
    angle: float = 0.0,
) -> NDArray[np.float32]:
    """Return a map on the original crop as it lies on the chromosome's tile.

    Parameters
    ----------
    item : Upright
    values : ndarray, float32
        On the original crop, such as saliency.
    size : tuple of int
        Height and width of the tile, in pixels.
    turned : bool
    angle : float

    Returns
    -------
    ndarray, shape `size`, float32
        0 outside the chromosome.
    """
    places = picture_places(item, size, turned, angle)
    drawn = ndimage.map_coordinates(
        np.asarray(values, np.float32), _on_crop(item, places), order=1, mode="constant", cval=0.0
    )
    return np.asarray(drawn * _cover(item, places), np.float32)
