"""Pieces of chromosomes between crossings and contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import watershed

from napari_karyo.segmentation.ground import WIDTH, broad
from napari_karyo.segmentation.maps import Maps

#: From here on a pixel is taken for what the network says.
SURE: Final = 0.5

#: A core of fewer pixels of the field is grain, and so is an object of fewer.
_LEAST_CORE: Final = 8
LEAST: Final = 45
#: A crossing of fewer pixels parts nothing.
_LEAST_CROSSING: Final = 12

#: A nucleus holds a disc of this radius, dark spots of so many pixels left aside.
_NUCLEUS: Final = 1.8 * WIDTH
_GRAIN: Final = 3
#: A nucleus is taken to go on so far beyond the picture; a chromosome along the edge is no
#: nucleus by that.
_BEYOND: Final = 32
#: Chromosomes that lie scattered cover more pixels than this each way.
_SPREAD: Final = 6 * WIDTH

#: What is smaller beside a nucleus is its rim.
_SLIVER: Final = WIDTH**2

_EIGHT: Final = np.ones((3, 3), np.bool_)


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces of all chromosomes of a field.

    Attributes
    ----------
    numbered : ndarray of int32, shape (height, width)
        Of each pixel its piece, from 1; 0 for none, and at crossings.
    count : int
    crossings : ndarray of int32, shape (height, width)
        Of each pixel its crossing, from 1; 0 for none.
    nuclei : ndarray of bool, shape (height, width)
        See `find_nuclei`.
    """

    numbered: NDArray[np.int32]
    count: int
    crossings: NDArray[np.int32]
    nuclei: NDArray[np.bool_]


def find_pieces(maps: Maps) -> Pieces:
    """Part what the network takes for chromosomes at crossings and contacts.

    Parameters
    ----------
    maps : Maps
    """
    nuclei = find_nuclei(maps)
    stained = _larger((maps.chromosome > SURE) & (maps.chromosome > maps.other) & ~nuclei, LEAST)
    return part(maps, _without_slivers(stained, nuclei), nuclei)


def part(
    maps: Maps,
    stained: NDArray[np.bool_],
    nuclei: NDArray[np.bool_],
    crossing: float = SURE,
    core: float = SURE,
) -> Pieces:
    """Part chromosomes at crossings and contacts.

    Parameters
    ----------
    maps : Maps
    stained : ndarray of bool, shape (height, width)
        Where chromosomes are.
    nuclei : ndarray of bool, shape (height, width)
    crossing, core : float
        The probabilities from which on a pixel is taken for a crossing, and for a core.
    """
    crossings, _ = _numbered(_larger((maps.crossing > crossing) & stained, _LEAST_CROSSING))
    open_field = stained & (crossings == 0)
    cores, count = _numbered(_larger((maps.core > core) & open_field, _LEAST_CORE))
    alone, _ = _numbered(open_field)
    for number, place in enumerate(ndimage.find_objects(alone), start=1):
        here = alone[place] == number
        # What has no core of its own and hangs on nothing is one piece.
        if not cores[place][here].any() and np.count_nonzero(here) >= LEAST:
            count += 1
            cores[place][here] = count
    del alone
    numbered = watershed(-maps.core, cores, mask=open_field).astype(np.int32, copy=False)
    return Pieces(numbered, count, crossings, nuclei)


def find_nuclei(maps: Maps) -> NDArray[np.bool_]:
    """Return where a field is stained over a wider round than chromosomes ever fill.

    However like bands the grain of a nucleus is: the network sees only its neighbourhood.
    """
    both = np.maximum(maps.chromosome, maps.other) > SURE
    nuclei = np.zeros_like(both)
    found = ndimage.find_objects(both.astype(np.uint8))
    if found and min(one.stop - one.start for one in found[0]) > _SPREAD:
        # One that is cut goes on beyond the edge, which may have a black frame around it.
        wide = np.pad(both[found[0]], _BEYOND, mode="edge")
        solid = ndimage.binary_closing(wide, iterations=_GRAIN)
        nuclei[found[0]] = broad(solid, _NUCLEUS)[_BEYOND:-_BEYOND, _BEYOND:-_BEYOND]
    return nuclei


def _without_slivers(stained: NDArray[np.bool_], nuclei: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what is stained without what is left of a nucleus along its rim."""
    if not nuclei.any():
        return stained
    numbered, count = _numbered(stained)
    beside = np.unique(numbered[ndimage.binary_dilation(nuclei, _EIGHT, iterations=2)])
    sizes = np.bincount(numbered.ravel(), minlength=count + 1)
    slivers = [one for one in beside.tolist() if one and sizes[one] < _SLIVER]
    return stained & ~np.isin(numbered, slivers)


def _numbered(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    numbered, count = ndimage.label(mask, _EIGHT)
    return numbered.astype(np.int32, copy=False), int(count)


def _larger(mask: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    numbered, count = _numbered(mask)
    sizes = np.bincount(numbered.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.asarray((sizes >= least)[numbered], np.bool_)
