"""Spreads drawn from simulated chromosomes, of which all is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from drawn import make_classification
from PIL import Image
from scipy import ndimage

from napari_karyo.cell import Polarity, Spread
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.classified import ClassifiedCell
from napari_karyo.segmentation.labels import from_labels
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.simulation.sample import simulate_cell


@dataclass(frozen=True, eq=False)
class Drawn:
    """A drawn spread: the photograph, the number and the class of each pixel, the classes."""

    image: np.ndarray
    labels: np.ndarray
    painted: np.ndarray
    classes: tuple[str, ...]


@cache
def draw_spread(
    stain: str = "G", karyotype: str = "46,XY", shape: tuple[int, int] = (560, 720)
) -> Drawn:
    """Draw the chromosomes of a simulated cell anyhow but apart, on uneven ground."""
    dark = stain == "G"
    cell = simulate_cell(karyotype, seed=3, stain=stain)
    height, width = shape
    stained = np.zeros(shape)
    labels = np.zeros(shape, np.uint8)
    painted = np.zeros(shape, np.uint8)
    rng = np.random.default_rng(5)
    taken = np.zeros(shape, np.bool_)
    # The largest first, while there is room.
    for number, one in sorted(enumerate(cell, start=1), key=lambda item: -item[1].image.size):
        crop = one.image / 255
        crop = 1 - crop if dark else crop
        crop = np.clip(ndimage.rotate(crop, rng.uniform(-90, 90), order=1), 0, 1)
        rows, columns = crop.shape
        while True:
            top, left = rng.integers(12, (height - rows - 12, width - columns - 12))
            place = slice(top, top + rows), slice(left, left + columns)
            mask = crop > 0.08
            if not (taken[place] & mask).any():
                break
        stained[place] = np.maximum(stained[place], crop)
        labels[place][mask] = number
        painted[place][mask] = CLASS_INDEX[one.expected or "1"] + 1
        around = tuple(slice(one.start - 6, one.stop + 6) for one in place)
        taken[around] |= ndimage.binary_dilation(labels[around] > 0, iterations=5)
    ground = np.linspace(0.0, 0.12, width)
    noise = np.random.default_rng(0).normal(0, 0.004, shape)
    grey = (0.92 - ground) * (1 - 0.8 * stained) if dark else 0.05 + ground + 0.7 * stained
    image = np.rint(255 * np.clip(grey + noise, 0, 1)).astype(np.uint8)
    return Drawn(image, labels, painted, tuple(one.expected or "" for one in cell))


def drawn_segmentation(stain: str = "G", path: Path | None = None) -> Segmentation:
    """Return a drawn spread as it is when all of it was found."""
    drawn = draw_spread(stain)
    polarity = Polarity.DARK if stain == "G" else Polarity.BRIGHT
    return from_labels(Spread("drawn", drawn.image, polarity, path), drawn.labels)


def write_spread(path: Path, stain: str = "G", labels: bool = False) -> Path:
    """Write a drawn spread, and with it its labels, so that no network is needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = draw_spread(stain)
    Image.fromarray(drawn.image).save(path)
    if labels:
        Image.fromarray(drawn.labels).save(path.with_name(f"{path.stem}_labels.png"))
    return path


def classified_spread(stain: str = "G") -> ClassifiedCell:
    """Return a drawn spread, all of it found and read right."""
    drawn = draw_spread(stain)
    polarity = Polarity.DARK if stain == "G" else Polarity.BRIGHT
    found = from_labels(Spread("drawn", drawn.image, polarity), drawn.labels)
    names = [
        drawn.classes[drawn.labels[one.outline.place][one.outline.mask][0] - 1] for one in found
    ]
    return ClassifiedCell.from_classification(make_classification(found.to_cell(), names))
