"""The chromosome that is compared: pulled straight, its curves along the axis, its scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.inference.result import Classification
from napari_karyo.inference.saliency import attention_on_crop
from napari_karyo.preprocessing.prepare import InputSettings
from napari_karyo.preprocessing.scale import factor_of_classes, usual_lengths
from napari_karyo.preprocessing.straighten import try_straighten
from napari_karyo.preprocessing.upright import Upright, sample


def autosome_length(classification: Classification) -> float:
    """Return the length of the cell's mean autosome, in pixels of its crops.

    As in `napari_karyo.preprocessing.scale`, every chromosome tells it by its length over
    the usual length of its class, weighed by how sure the network is. The scale that the
    network's input was drawn at tells it too, but only together with settings that a
    classification does not hold, and for a whole cell less exactly: it is what the lengths
    alone tell, wherever the classes differ from that by less than an eighth.
    """
    polarity, settings = classification.cell.polarity, InputSettings()
    unit = factor_of_classes(
        list(usual_lengths(polarity)),
        np.arange(len(CLASSES)),
        np.ones(len(CLASSES)),
        polarity,
        settings,
    )
    factor = factor_of_classes(
        [max(item.length, 1.0) for item in classification.uprights],
        classification.probabilities.argmax(axis=1),
        classification.confidence,
        polarity,
        settings,
    )
    return unit / factor


def profile_along_axis(values: NDArray[np.floating], picture: Upright) -> NDArray[np.float32]:
    """Return the mean of a map over each row of a straightened chromosome.

    Parameters
    ----------
    values : ndarray, the crop's shape
        A map on the original crop, such as attention or saliency.
    picture : Upright
        The straightened chromosome, or an upright one that needs no straightening.

    Returns
    -------
    ndarray, shape (rows of `picture`,), float32
        Top to bottom; 0 in rows without chromosome.
    """
    drawn = sample(values, picture.grid)
    weight = picture.mask.astype(np.float32)
    total = weight.sum(axis=1)
    return np.asarray((drawn * weight).sum(axis=1) / np.maximum(total, 1.0), np.float32)


@dataclass(frozen=True, eq=False)
class Shape:
    """An upright picture and how it is to stand.

    Attributes
    ----------
    item : Upright
    turned : bool
        Whether it stands rotated by 180 degrees.
    crossing : ndarray of bool or None
        Which of its pixels show a crossing, as it lies in its crop.
    """

    item: Upright
    turned: bool
    crossing: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, item: Upright, turned: bool, crossing: NDArray[np.bool_] | None) -> Shape:
        """Return a picture with what its crop has at a crossing, if anything."""
        if crossing is None:
            return cls(item, turned)
        seen = (sample(crossing, item.grid) >= 0.5) & item.mask
        return cls(item, turned, seen[::-1, ::-1] if turned else seen)

    @property
    def crossed_rows(self) -> list[tuple[int, int]]:
        """First rows of the crossings, as it stands, and those behind their last ones."""
        if self.crossing is None:
            return []
        rows = np.diff(self.crossing.any(axis=1).astype(np.int8), prepend=0, append=0)
        starts, stops = (np.flatnonzero(rows == step).tolist() for step in (1, -1))
        return list(zip(starts, stops, strict=True))

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """First row and column of the chromosome as it stands, and its height and width."""
        rows, columns = np.nonzero(self.item.mask)
        top, left = int(rows.min()), int(columns.min())
        tall, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
        if self.turned:
            top = self.item.mask.shape[0] - top - tall
            left = self.item.mask.shape[1] - left - wide
        return top, left, tall, wide


@dataclass(frozen=True, eq=False)
class ChromosomeShapes:
    """What is drawn of the chromosome itself."""

    crop: Shape
    straight: Shape | None
    curves: dict[str, NDArray[np.float32]]
    autosome: float
    polarity: Polarity

    @classmethod
    def of(
        cls,
        classification: Classification,
        index: int,
        turned: bool,
        saliency: NDArray[np.float32] | None,
    ) -> ChromosomeShapes:
        """Pull a chromosome straight, and find what was weighed along its axis."""
        item, cell = classification.uprights[index], classification.cell
        crossing = cell.crossing_in(cell.chromosomes[index])
        pulled = try_straighten(item)
        straight = None if pulled is None else Shape.of(pulled, turned, crossing)
        maps = {}
        if classification.has_attention:
            maps["attention"] = attention_on_crop(classification, index)
        if saliency is not None:
            maps["saliency"] = saliency
        curves = {}
        for kind, values in maps.items():
            if straight is None:
                break
            along = profile_along_axis(values, straight.item)
            top = float(along.max())
            along = along / top if top > 0 else along
            curves[kind] = along[::-1] if turned else along
        autosome = autosome_length(classification)
        crop = Shape.of(item, turned, crossing)
        return cls(crop, straight, curves, autosome, cell.polarity)

    def length(self, name: str) -> float:
        """Return how long a class is in this cell, in pixels of the crop."""
        return self.autosome * float(usual_lengths(self.polarity)[CLASS_INDEX[name]])
