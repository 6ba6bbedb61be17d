"""Which of a viewer's layers is the photograph of a spread, whoever read it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Spread
from napari_karyo.gui.canvas.contact_sheet import CELL_KEY
from napari_karyo.io.decode import SUFFIXES, decode
from napari_karyo.io.images import to_greys
from napari_karyo.io.polarity import find_spread_polarity

#: A layer's metadata holds the spread that its data is the photograph of.
SPREAD_KEY: Final = "napari_karyo_spread"
#: The same of what a layer of the karyogram's own is there for.
ROLE_KEY: Final = "napari_karyo_role"
#: Crops are smaller than this on one side at least, photographs larger on both.
_LEAST: Final = 256
#: The share of red, green and blue in how bright a colour is seen.
_SEEN: Final = (0.299, 0.587, 0.114)


def photographs_in(layers: Iterable[Any]) -> list[Any]:
    """Return the layers that may be the photograph of a spread."""
    return [layer for layer in layers if _is_photograph(layer)]


def spread_of(layer: Any) -> Spread:
    """Return the spread that a layer shows: the same one whenever it is asked for."""
    found = layer.metadata.get(SPREAD_KEY)
    if isinstance(found, Spread):
        return found
    image = _greys(layer)
    name, source = layer.name, layer.source.path
    path = Path(source) if source and Path(source).is_file() else None
    found = Spread(name, image, find_spread_polarity(image), path)
    layer.metadata[SPREAD_KEY] = found
    return found


def read_photograph(path: Path) -> tuple[NDArray[Any], dict[str, Any], str] | None:
    """Return the photograph that a file holds, as napari's layer data.

    Returns
    -------
    tuple or None
        None where the file holds anything else, such as a stack of crops.

    Raises
    ------
    ReadError
        Where it can't be read.
    """
    if path.suffix.lower() not in SUFFIXES:
        return None
    found, remarks = to_greys(decode(path))
    if len(found) != 1 or min(found[0].values.shape) < _LEAST:
        return None
    image = found[0].values
    spread = Spread(path.stem, image, find_spread_polarity(image), path, tuple(remarks))
    return image, {"name": path.stem, "metadata": {SPREAD_KEY: spread}, "colormap": "gray"}, "image"


def _is_photograph(layer: Any) -> bool:
    from napari.layers import Image

    if not isinstance(layer, Image) or ROLE_KEY in layer.metadata:
        return False
    if SPREAD_KEY in layer.metadata:
        return True
    cell = layer.metadata.get(CELL_KEY)
    if cell is not None:
        # One picture that was read as a crop, and is too large for one.
        return len(cell) == 1 and min(cell.chromosomes[0].image.shape) >= _LEAST
    shape = [side for side in _shape(layer) if side != 1]
    return len(shape) == 2 and min(shape) >= _LEAST


def _shape(layer: Any) -> tuple[int, ...]:
    data = layer.data[0] if layer.multiscale else layer.data
    shape = tuple(data.shape)
    return shape[:-1] if layer.rgb else shape


def _greys(layer: Any) -> NDArray[Any]:
    """Return a layer's picture as grey values of 8 or 16 bits."""
    cell = layer.metadata.get(CELL_KEY)
    if cell is not None:
        return np.asarray(cell.chromosomes[0].image)
    values = np.asarray(layer.data[0] if layer.multiscale else layer.data)
    if layer.rgb:
        seen = np.tensordot(values[..., :3].astype(np.float32), np.array(_SEEN, np.float32), 1)
        values = seen if values.dtype.kind == "f" else np.rint(seen).astype(values.dtype)
    values = values.reshape([side for side in values.shape if side != 1])
    if values.dtype in (np.dtype(np.uint8), np.dtype(np.uint16)):
        return values
    finite = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    if values.dtype.kind in "iu" and low >= 0 and high < 65536:
        return finite.astype(np.uint16)
    return np.rint((finite - low) * (65535 / max(high - low, 1e-30))).astype(np.uint16)
