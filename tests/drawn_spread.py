"""Spreads drawn from simulated chromosomes, of which all is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from drawn import make_classification
from PIL import Image

from napari_karyo.cell import Polarity, Spread
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.classified import ClassifiedCell
from napari_karyo.segmentation.labels import from_labels
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.simulation.spread import simulate_spread


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
    drawn = simulate_spread(
        karyotype,
        stain=stain,
        shape=shape,
        seed=3,
        width=14,
        touching=0,
        crossing=0,
        nuclei=0,
        dirt=0,
    )
    labels = drawn.labels().astype(np.uint8)
    classes = np.array([0, *(CLASS_INDEX[one] + 1 for one in drawn.classes)], np.uint8)
    return Drawn(drawn.spread.image, labels, classes[labels], drawn.classes)


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
