"""What the network tells of each pixel of a field."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.segmentation.ground import Field

if TYPE_CHECKING:
    from napari_karyo.models.unet import SpreadNetwork

#: A field is read in tiles of so many pixels, with so many around them that are read too.
_TILE, _AROUND = 768, 56
#: A tile with nothing brighter in it is empty, and is not read.
_EMPTY: Final = 0.15


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

    height, width = field.values.shape
    told = np.zeros((6, height, width), np.float32)
    device = next(network.parameters()).device
    with torch.inference_mode():
        for top in range(0, height, _TILE):
            for left in range(0, width, _TILE):
                rows = slice(max(0, top - _AROUND), min(height, top + _TILE + _AROUND))
                columns = slice(max(0, left - _AROUND), min(width, left + _TILE + _AROUND))
                part = field.values[rows, columns]
                if part.max() < _EMPTY:
                    continue
                pads = [(0, -side % network.step) for side in part.shape]
                batch = torch.from_numpy(np.pad(part, pads))[None, None].to(device)
                batch = batch.contiguous(memory_format=torch.channels_last)
                answer = network(batch)[0].float()
                answer[:4] = torch.sigmoid(answer[:4])
                inner = answer.cpu().numpy()[:, : part.shape[0], : part.shape[1]]
                bottom, right = min(height, top + _TILE), min(width, left + _TILE)
                told[:, top:bottom, left:right] = inner[
                    :,
                    top - rows.start : bottom - rows.start,
                    left - columns.start : right - columns.start,
                ]
    return Maps(*told)
