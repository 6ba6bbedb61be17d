"""The photograph of a spread as a napari layer, and which layers are one, whoever read them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Patient, Polarity, Spread
from napari_karyo.gui.canvas.contact_sheet import CELL_KEY, PATIENT_KEY, LayerData
from napari_karyo.io.label_images import find_label_image, read_label_image
from napari_karyo.io.photograph import PictureKind, read_spread, what_is_shown
from napari_karyo.io.polarity import find_spread_polarity

#: A layer's metadata holds the spread that its data is the photograph of.
SPREAD_KEY: Final = "napari_karyo_spread"
#: The same of what a layer of the karyogram's own is there for.
ROLE_KEY: Final = "napari_karyo_role"
#: Crops are smaller than this on one side at least, photographs larger on both.
_LEAST: Final = 256
#: Of the greys of a photograph, those that are drawn from black to white. A nucleus or a speck
#: may be far brighter than any chromosome, which would be dim beside it.
_DRAWN: Final = (0.001, 0.998)
#: How bright chromosomes are drawn: most of their bands are of the darker greys.
_GAMMA: Final = {Polarity.BRIGHT: 0.8, Polarity.DARK: 1.0}
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


def photograph_layers(
    spread: Spread, name: str = "", patient: Patient | None = None, visible: bool = True
) -> list[LayerData]:
    """Return a photograph as the layer data that napari's readers hand over.

    Parameters
    ----------
    spread : Spread
        Kept in the layer for whoever looks for its chromosomes.
    name : str
        Of the layer; the spread's where left out.
    patient : Patient, optional
        Whose photograph it is.
    visible : bool

    Returns
    -------
    list of LayerData
        The photograph, and behind it the labels that lie beside its file.

    Raises
    ------
    ReadError
        Where these can't be read.
    """
    metadata: dict[str, object] = {SPREAD_KEY: spread}
    if patient is not None:
        metadata[PATIENT_KEY] = patient
    low, high = np.quantile(spread.image, _DRAWN)
    options = {
        "name": name or spread.name,
        "metadata": metadata,
        "colormap": "gray",
        "contrast_limits": (float(low), float(max(high, low + 1))),
        "gamma": _GAMMA[spread.polarity],
        "visible": visible,
    }
    layers: list[LayerData] = [(spread.image, options, "image")]
    beside = find_label_image(spread.path) if spread.path is not None else None
    if beside is not None:
        labels = read_label_image(beside)
        layers.append((labels, {"name": beside.stem, "visible": False}, "labels"))
    return layers


def read_photograph(path: Path) -> Spread | None:
    """Return the photograph, or the picture of a karyogram, that a file holds.

    Returns
    -------
    Spread or None
        None where the file holds anything else, such as crops.

    Raises
    ------
    ReadError
        Where it can't be read.
    """
    return None if what_is_shown(path) is PictureKind.CROP else read_spread(path)


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
