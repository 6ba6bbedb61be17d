"""The archives of labelled spreads, read one spread at a time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.draw import polygon2mask

from napari_karyo.cell import Spread
from napari_karyo.classes import CLASSES
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.segmentation.labels import parts_of
from napari_karyo.segmentation.region import Region
from napari_karyo.segmentation.samples import CROSSING
from napari_karyo.training.segmentation.unmapped import unmapped_points

SPLITS: Final = ("train", "val", "test")
#: Of a photograph whose outlines are known.
NO_BOXES: Final = np.zeros((0, 4))


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph of which it is known where its chromosomes lie.

    Attributes
    ----------
    name, split : str
        `split` is ``train``, ``val`` or ``test``.
    grey : ndarray, shape (height, width), uint8
    outlines : list of Region
        Of each chromosome, in pixels of the photograph; empty where only boxes are known.
    boxes : ndarray, shape (N, 4)
        Left, top, right and bottom of each chromosome, where outlines are not known.
    classes : list of str
        Of each outline or box; empty where none is known.
    unlocated : tuple of str
        Classes of the chromosomes that are there too, nobody knows where.
    """

    name: str
    split: str
    grey: NDArray[np.uint8]
    outlines: list[Region]
    boxes: NDArray[np.float64]
    classes: list[str]
    unlocated: tuple[str, ...] = ()

    @property
    def unmapped(self) -> tuple[tuple[int, int], ...]:
        """Row and column of a point in each chromosome that outlines and boxes lack."""
        return unmapped_points().get(self.name, ())

    @property
    def more(self) -> int:
        """How many more chromosomes there are than outlines and boxes."""
        return len(self.unlocated) + len(self.unmapped)

    @property
    def spread(self) -> Spread:
        """The photograph as the program reads one, its polarity found."""
        return Spread(self.name, self.grey, find_spread_polarity(self.grey))


class Reader(Protocol):
    """What reads the photographs of an archive."""

    def __call__(self, path: Path, splits: Collection[str], every: int = 1) -> Iterator[Photograph]:
        """Read each so many'th spread of some splits."""
        ...


def grey_of(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Return a photograph of an archive as grey values."""
    with archive.open(name) as file:
        return np.asarray(Image.open(io.BytesIO(file.read())).convert("L"))


def q_band_spreads(path: Path, splits: Collection[str], every: int = 1) -> Iterator[Photograph]:
    """Read the spreads of ``q_spreads.zip``: a polygon for each chromosome."""
    with zipfile.ZipFile(path) as archive:
        table = json.loads(archive.read("q_spreads/polygons.json"))
        names = [name for name in sorted(table) if table[name]["split"] in splits]
        for name in names[::every]:
            member = f"q_spreads/{name}" if name.endswith(".png") else f"q_spreads/{name}.png"
            grey = grey_of(archive, member)
            outlines = [
                Region.cut(polygon2mask(grey.shape, np.asarray(polygon, np.float64)[:, ::-1]))
                for polygon in table[name]["polygons"]
            ]
            yield Photograph(
                Path(name).stem,
                table[name]["split"],
                grey,
                [one for one in outlines if one is not None],
                NO_BOXES,
                [],
            )


def dapi_spreads(path: Path, splits: Collection[str], every: int = 1) -> Iterator[Photograph]:
    """Read the spreads of ``mfish.zip``: a class for each pixel."""
    for row, grey, painted in class_maps(path, splits, every):
        outlines, classes = objects_of_map(painted)
        yield Photograph(row["image"], row["split"], grey, outlines, NO_BOXES, classes)


def class_maps(
    path: Path, splits: Collection[str] = SPLITS, every: int = 1
) -> Iterator[tuple[dict[str, str], NDArray[np.uint8], NDArray[np.uint8]]]:
    """Read of each spread of ``mfish.zip`` its row of ``images.csv``, picture and class map."""
    with zipfile.ZipFile(path) as archive:
        with archive.open("mfish/images.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
        for row in [row for row in rows if row["split"] in splits][::every]:
            grey = grey_of(archive, f"mfish/{row['image']}_dapi.png")
            yield row, grey, grey_of(archive, f"mfish/{row['image']}_classes.png")


def objects_of_map(painted: NDArray[np.uint8]) -> tuple[list[Region], list[str]]:
    """Return the outline and class of each chromosome of a class map.

    Parts of one class beside one crossing are one chromosome, and the crossing is its too;
    a crossing belongs to every class beside it.
    """
    outlines, classes = [], []
    for value, mask, _, top, left in parts_of(painted, CROSSING, classes=True):
        outlines.append(Region(mask, top, left))
        classes.append(CLASSES[value - 1])
    return outlines, classes


def g_band_spreads(path: Path, splits: Collection[str], every: int = 1) -> Iterator[Photograph]:
    """Read the spreads of ``raw_spreads.zip``: a box and a class for each chromosome."""
    with zipfile.ZipFile(path) as archive:
        with archive.open("raw_spreads/boxes.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
        spreads: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            if row["split"] in splits:
                spreads[row["file"]].append(row)
        for name, boxed in list(spreads.items())[::every]:
            boxes = np.array(
                [[float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")] for row in boxed]
            )
            yield Photograph(
                Path(name).stem,
                boxed[0]["split"],
                grey_of(archive, f"raw_spreads/{name}"),
                [],
                boxes,
                [row["label"] for row in boxed],
            )


#: The archives that are trained on, by the name of their photographs.
ARCHIVES: Final[dict[str, tuple[str, Reader]]] = {
    "q_band": ("q_spreads.zip", q_band_spreads),
    "dapi": ("mfish.zip", dapi_spreads),
    "g_band": ("raw_spreads.zip", g_band_spreads),
}
