"""What the network tells of each pixel of a field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_karyo.segmentation.ground import Field

if TYPE_CHECKING:
    from napari_karyo.models.unet import SpreadNetwork

#: A field is read in tiles of so many pixels, with so many around them that are read too.
_TILE, _AROUND = 768, 56
#: Of a tile is read what lies so near to anything so bright; the rest is empty.
_NEAR, _EMPTY = 32, 0.15


@dataclass(frozen=True, eq=False)
class Maps:
    """What each pixel of a field is.

    Attributes
    ----------
    chromosome, core, crossing, other : ndarray, shape (height, width), float32
        Probabilities: of a chromosome, of its inner part, of a place where chromosomes lie
        upon each other, and of what is stained and none.
    cosine, sine : ndarray, shape (height, width), float32
        Of twice the angle of the chromosome's axis to the columns.
    """

    chromosome: NDArray[np.float32]
    core: NDArray[np.float32]
    crossing: NDArray[np.float32]
    other: NDArray[np.float32]
    cosine: NDArray[np.float32]
    sine: NDArray[np.float32]

    def window(self, place: tuple[slice, slice]) -> Maps:
        """Return a part of the field."""
        return Maps(*(getattr(self, one.name)[place] for one in fields(self)))


def read_maps(field: Field, network: SpreadNetwork) -> Maps:
    """Let the network read a field.

    Parameters
    ----------
    field : Field
    network : SpreadNetwork
        On the CPU or another device, in evaluation mode.
    """
    import torch

    told = np.zeros((6, *field.values.shape), np.float32)
    device = next(network.parameters()).device
    with torch.inference_mode():
        for place in _places(field.values):
            # From a multiple of the step, as the network halves its pictures.
            rows, columns = (
                slice(
                    max(0, one.start - _AROUND) // network.step * network.step,
                    min(side, one.stop + _AROUND),
                )
                for one, side in zip(place, field.values.shape, strict=True)
            )
            part = field.values[rows, columns]
            pads = [(0, -side % network.step) for side in part.shape]
            batch = torch.from_numpy(np.pad(part, pads))[None, None].to(device)
            batch = batch.contiguous(memory_format=torch.channels_last)
            answer = network(batch)[0].float()
            answer[:4] = torch.sigmoid(answer[:4])
            inner = tuple(
                slice(one.start - whole.start, one.stop - whole.start)
                for one, whole in zip(place, (rows, columns), strict=True)
            )
            told[:, *place] = answer[:, *inner].cpu().numpy()
    return Maps(*told)


def _places(values: NDArray[np.float32]) -> Iterator[tuple[slice, slice]]:
    """Yield the part of each tile of a field that holds all its objects."""
    height, width = values.shape
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            first_row, first_column = max(0, top - _NEAR), max(0, left - _NEAR)
            bright = (
                values[first_row : top + _TILE + _NEAR, first_column : left + _TILE + _NEAR]
                >= _EMPTY
            )
            rows = np.flatnonzero(bright.any(axis=1)) + first_row
            columns = np.flatnonzero(bright.any(axis=0)) + first_column
            if rows.size:
                bottom = min(height, top + _TILE, rows[-1] + _NEAR + 1)
                right = min(width, left + _TILE, columns[-1] + _NEAR + 1)
                yield (
                    slice(max(top, rows[0] - _NEAR), bottom),
                    slice(max(left, columns[0] - _NEAR), right),
                )
