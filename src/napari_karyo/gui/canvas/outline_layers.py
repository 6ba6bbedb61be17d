"""Outlines in layers of the viewer that a person or another program made, for a photograph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.gui.canvas.photographs import ROLE_KEY
from napari_karyo.segmentation.labels import from_labels, from_polygons

if TYPE_CHECKING:
    from napari_karyo.cell import Spread
    from napari_karyo.segmentation.objects import Segmentation

#: In the metadata of a layer whose outlines were taken for a karyogram.
OUTLINES_KEY: Final = "napari_karyo_outlines"
#: Shapes that enclose something; lines and paths do not.
_CLOSED: Final = ("polygon", "rectangle", "ellipse")
#: Corners of the polygon that an ellipse is taken for.
_ROUND: Final = 60

#: Finds the chromosomes of a photograph.
Finder = Callable[["Spread"], "Segmentation"]


def outline_layers(layers: Iterable[Any], photograph: Any) -> list[Any]:
    """Return the layers that may hold the outlines of a photograph's chromosomes.

    Parameters
    ----------
    layers : iterable of Layer
    photograph : Image
        The photograph's layer.

    Returns
    -------
    list of Layer
        Labels of its size, and Shapes over it; Shapes that are empty too, to be drawn in.
    """
    return [layer for layer in layers if _may_outline(layer, photograph)]


def finder_of(layer: Any, photograph: Any) -> Finder:
    """Return what finds the chromosomes by a layer as it is now; nothing of the layer is held.

    Parameters
    ----------
    layer : Labels or Shapes
        One of `outline_layers`.
    photograph : Image
    """
    from napari.layers import Labels

    if isinstance(layer, Labels):
        values = np.array(layer.data[0] if layer.multiscale else layer.data)
        values = values.reshape([side for side in values.shape if side != 1])
        # Some programs mark by -1 what was not looked at.
        labels = values if values.dtype.kind == "b" else np.maximum(values, 0)
        return partial(from_labels, labels=labels)
    return partial(from_polygons, polygons=polygons_in(layer, photograph))


def polygons_in(layer: Any, photograph: Any) -> list[NDArray[np.float64]]:
    """Return the corners of what a Shapes layer encloses, in pixels of a photograph.

    Parameters
    ----------
    layer : Shapes
    photograph : Image

    Returns
    -------
    list of ndarray, shape (corners, 2)
        Rows and columns.
    """
    polygons = []
    for corners, kind in zip(layer.data, layer.shape_type, strict=True):
        if kind not in _CLOSED:
            continue
        line = _ellipse(corners) if kind == "ellipse" else corners
        places = [photograph.world_to_data(layer.data_to_world(point))[-2:] for point in line]
        polygons.append(np.array(places, np.float64))
    return polygons


def _may_outline(layer: Any, photograph: Any) -> bool:
    from napari.layers import Labels, Shapes

    if ROLE_KEY in layer.metadata:
        return False
    size = _size(photograph)
    if isinstance(layer, Labels):
        return _size(layer) == size
    if not isinstance(layer, Shapes):
        return False
    polygons = polygons_in(layer, photograph)
    return not layer.data or any(
        (line.max(axis=0) >= 0).all() and (line.min(axis=0) < size).all() for line in polygons
    )


def _size(layer: Any) -> tuple[int, ...]:
    shape = (layer.data[0] if layer.multiscale else layer.data).shape
    if getattr(layer, "rgb", False):
        shape = shape[:-1]
    return tuple(side for side in shape if side != 1)


def _ellipse(corners: NDArray[Any]) -> NDArray[Any]:
    """Return points on an ellipse by the corners of the box around it."""
    middle = corners.mean(axis=0)
    across, down = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    angles = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)[:, np.newaxis]
    return np.asarray(middle + np.cos(angles) * across + np.sin(angles) * down)
