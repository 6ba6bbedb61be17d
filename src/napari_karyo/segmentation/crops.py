"""A chromosome's crop, cut out of the photograph by its outline."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Cell, Outline, Polarity, Spread
from napari_karyo.segmentation.canvas import Patch, bounds, on_canvas
from napari_karyo.segmentation.ground import flatten, measure_width

#: Of a chromosome's usual width: the paper around it in its crop.
_MARGIN: Final = 0.25
#: Bytes of the photographs on an even background that are kept, beside the latest.
_ROOM: Final = 256 << 20
#: By their spreads, the latest last.
_flat: WeakKeyDictionary[Spread, NDArray[np.float32]] = WeakKeyDictionary()
_lock = threading.Lock()


def margin_of(width: float) -> int:
    """Return the paper around each chromosome in its crop, in pixels.

    Parameters
    ----------
    width : float
        Usual width of a chromosome of the spread, in pixels.
    """
    return max(2, round(_MARGIN * width))


def crop_box(outline: Outline, margin: int, shape: tuple[int, ...]) -> Patch:
    """Return the part of a photograph that a crop shows."""
    top, left, bottom, right = bounds([outline], margin)
    return Patch(max(0, top), max(0, left), min(shape[0], bottom), min(shape[1], right))


def cut_crop(
    density: NDArray[np.float32],
    outlines: Iterable[Outline],
    outline: Outline,
    polarity: Polarity,
    margin: int,
) -> NDArray[np.uint8]:
    """Return the crop of an outline, its neighbours removed.

    Parameters
    ----------
    density : ndarray, shape (height, width), float32
        The photograph on an even background: see `napari_karyo.segmentation.ground.flatten`.
    outlines : iterable of Outline
        Of all that is there; its own may be among them.
    outline : Outline
    polarity : Polarity
    margin : int
        Pixels around it: see `margin_of`.

    Returns
    -------
    ndarray, shape (height, width), uint8
        On white of a dark stain, on black of a bright one.
    """
    box = crop_box(outline, margin, density.shape)
    inner = on_canvas(outline, box)
    taken = np.zeros_like(inner)
    for one in outlines:
        taken |= on_canvas(one, box)
    near = ndimage.binary_dilation(inner, iterations=max(1, margin // 2))
    seen = density[box.top : box.bottom, box.left : box.right]
    own = np.where(inner | (near & ~taken), seen, 0.0)
    grey = own if polarity is Polarity.BRIGHT else 1.0 - own
    return np.rint(255 * grey).astype(np.uint8)


def flat_spread(spread: Spread) -> NDArray[np.float32]:
    """Return a photograph on an even background: the one kept of it, or else computed and kept.

    Parameters
    ----------
    spread : Spread
    """
    with _lock:
        kept = _flat.get(spread)
    return keep_flat(spread, flatten(spread.image, spread.polarity)) if kept is None else kept


def keep_flat(spread: Spread, density: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep a photograph on an even background for edits of its outlines, while there is room.

    Parameters
    ----------
    spread : Spread
    density : ndarray, shape (height, width), float32
        See `napari_karyo.segmentation.ground.flatten`; nobody may change it any more.

    Returns
    -------
    ndarray
        The same.
    """
    density.flags.writeable = False
    with _lock:
        _flat.pop(spread, None)
        _flat[spread] = density
        # The latest stay.
        while len(_flat) > 1 and sum(one.nbytes for one in _flat.values()) > _ROOM:
            del _flat[next(iter(_flat))]
    return density


def margin_in(cell: Cell) -> int:
    """Return the paper around each chromosome in the crops of a spread's cell, in pixels.

    As its crops show it, so that later ones get the same, also where it was read from its
    case file.

    Parameters
    ----------
    cell : Cell
        One that has a photograph.

    Raises
    ------
    ReadError
        Where it has no outline, and nothing stands out from the photograph's background.
    """
    if cell.margin is not None:
        return cell.margin
    assert cell.photograph is not None
    return margin_of(measure_width(flat_spread(cell.photograph)))
