"""Material that no network here was trained on, built from the labelled cells and spreads.

Cells whose chromosomes lost or changed their bands (`CHANGES`), DAPI cells cut out of
``mfish.zip`` by its class map, and objects that are no single chromosome: nuclei, dirt and
clusters cut from raw spreads, letters and noise. `unknown_material.py` measures with it how
often the program knows that it does not know.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label, regionprops
from skimage.measure._regionprops import RegionProperties

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.foreground import bright_on_black, foreground

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from cut_spreads import fills, objects

Picture = NDArray[np.float32]

#: Pixels of background around an object that is cut out.
MARGIN = 4

#: Classes of ``mfish.zip``: 1 to 22, 23 X, 24 Y; 255 is an overlap.
MFISH_CLASSES = {**{number: str(number) for number in range(1, 23)}, 23: "X", 24: "Y"}


def _inverted(bright: Picture, mask: NDArray[np.bool_], _: float) -> Picture:
    """Return greys inverted inside the outline: what R-banding looks like."""
    inside = bright[mask]
    low, high = np.quantile(inside, (0.02, 0.98))
    return np.where(mask, np.clip(low + high - bright, low, high), bright)


def _blurred(bright: Picture, mask: NDArray[np.bool_], width: float) -> Picture:
    """Return the bands blurred away within the outline."""
    share = ndimage.gaussian_filter(mask.astype(np.float32), width)
    smooth = ndimage.gaussian_filter(np.where(mask, bright, 0), width) / np.maximum(share, 1e-3)
    return np.where(mask, smooth, bright)


def _solid(bright: Picture, mask: NDArray[np.bool_], _: float) -> Picture:
    """Return a chromosome of one grey."""
    return np.where(mask, np.float32(np.median(bright[mask])), bright)


def _one_bit(bright: Picture, *_: object) -> Picture:
    """Return black and white alone, as a scanner of one bit does."""
    return (bright > threshold_otsu(bright)).astype(np.float32)


#: Changes a crop, bright on black from 0 to 1, given its outline and about its width.
CHANGES: dict[str, Callable[[Picture, NDArray[np.bool_], float], Picture]] = {
    "inverted": _inverted,
    "blurred": _blurred,
    "solid": _solid,
    "one bit": _one_bit,
}


def changed(cell: Cell, kind: str) -> Cell:
    """Return a cell with all its crops changed; those without a chromosome are left out."""
    crops = []
    for item in cell:
        bright = bright_on_black(item.image, cell.polarity, cell.white)
        try:
            mask = foreground(bright)
        except PreprocessingError:
            continue
        width = 2 * float(ndimage.distance_transform_edt(np.pad(mask, 1)).max())
        other = np.clip(CHANGES[kind](bright, mask, width), 0, 1)
        shown = other if cell.polarity is Polarity.BRIGHT else 1 - other
        crops.append(replace(item, image=np.rint(255 * shown).astype(np.uint8)))
    return replace(cell, chromosomes=tuple(crops))


def dapi_cells(data: Path, splits: tuple[str, ...]) -> Iterator[Cell]:
    """Yield the cells of ``mfish.zip``: one crop for each piece of a class, bright on black."""
    with zipfile.ZipFile(data / "mfish.zip") as archive:
        with archive.open("mfish/images.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
        for row in rows:
            if row["split"] not in splits:
                continue
            name = row["image"]
            grey, classes = (
                np.asarray(Image.open(io.BytesIO(archive.read(f"mfish/{name}_{end}.png"))))
                for end in ("dapi", "classes")
            )
            crops = list(_classes_cut(grey, classes))
            yield Cell(f"mfish {name}", tuple(crops), Polarity.BRIGHT)


def _classes_cut(grey: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Iterator[Chromosome]:
    for value, expected in MFISH_CLASSES.items():
        pieces = label(classes == value, connectivity=2)
        for item in regionprops(pieces):
            if item.area < 60:
                continue
            crop = np.where(np.pad(item.image, MARGIN), _seen(grey, item.bbox), 0)
            yield Chromosome(f"{expected}_{item.label}", crop.astype(np.uint8), None, expected)


def _seen(grey: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    padded = np.pad(grey, MARGIN)
    return padded[box[0] : box[2] + 2 * MARGIN, box[1] : box[3] + 2 * MARGIN]


def spread_objects(data: Path, splits: tuple[str, ...], most: int) -> Iterator[tuple[str, dict]]:
    """Yield for each raw spread its objects by kind: chromosome, nucleus, dirt, cluster.

    An object on which no box of a chromosome has its middle is a nucleus where it is as
    large as three chromosomes, and dirt where it is smaller; one with two middles or more is
    a cluster, and one that fills a box exactly is a chromosome. Crops are on white paper,
    all else removed.
    """
    with zipfile.ZipFile(data / "raw_spreads.zip") as archive:
        with archive.open("raw_spreads/boxes.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
        spreads: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            if row["split"] in splits:
                spreads[row["file"]].append(row)
        for name, boxed in list(spreads.items())[:most]:
            with archive.open(f"raw_spreads/{name}") as file:
                grey = np.asarray(Image.open(file).convert("L"))
            yield Path(name).stem, _by_kind(grey, boxed)


def _by_kind(grey: NDArray[np.uint8], boxed: list[dict[str, str]]) -> dict[str, list]:
    boxes = np.array(
        [[float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")] for row in boxed]
    )
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    usual = float(np.median((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))) / 2
    flat, numbered = objects(grey)
    found: dict[str, list[NDArray[np.uint8]]] = defaultdict(list)
    for item in regionprops(numbered):
        if item.area < 25:
            continue
        top, left, bottom, right = item.bbox
        held = np.flatnonzero(_on_object(item, middle))
        # A box that only reaches into the object belongs to a chromosome beside it.
        overlaps = (
            (boxes[:, 0] < right)
            & (boxes[:, 2] > left)
            & (boxes[:, 1] < bottom)
            & (boxes[:, 3] > top)
        )
        if len(held) > 1:
            kind = "cluster"
        elif len(held) == 1:
            if not fills(item.bbox, boxes[held[0]]):
                continue
            kind = "chromosome"
        elif overlaps.any():
            continue
        else:
            kind = "nucleus" if item.area > 3 * usual else "dirt"
        near = ndimage.binary_dilation(np.pad(item.image_filled, MARGIN), iterations=2)
        seen = np.pad(flat, MARGIN, constant_values=255)[
            top : bottom + 2 * MARGIN, left : right + 2 * MARGIN
        ]
        found[kind].append(np.where(near, seen, 255).round().astype(np.uint8))
    return found


def _on_object(item: RegionProperties, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which places, x and y in the spread, lie on an object or beside it."""
    near = ndimage.binary_dilation(np.pad(item.image_filled, MARGIN), iterations=3)
    corner = np.array(item.bbox[1::-1]) - MARGIN
    column, row = np.rint(places - corner).astype(int).T
    there = (row >= 0) & (column >= 0) & (row < near.shape[0]) & (column < near.shape[1])
    there[there] = near[row[there], column[there]]
    return there


def letters(random: np.random.Generator, count: int) -> list[NDArray[np.uint8]]:
    """Return crops of numbers and letters, black on white, as a karyogram's captions."""
    words = [*map(str, range(1, 23)), *"XYABCDEFG", "mar", "46,XX"]
    crops = []
    for word in random.choice(words, count):
        size = int(random.integers(16, 40))
        face = ImageFont.load_default(size)
        width, height = (int(value) + 12 for value in face.getbbox(word)[2:])
        picture = Image.new("L", (width, height), 255)
        ImageDraw.Draw(picture).text((6, 4), word, fill=int(random.integers(0, 90)), font=face)
        crops.append(np.asarray(picture))
    return crops


def noise(random: np.random.Generator, count: int) -> list[NDArray[np.uint8]]:
    """Return crops of noise: half of them grain, half of them clouds."""
    crops = []
    for number in range(count):
        shape = tuple(random.integers(24, 80, 2))
        picture = random.normal(size=shape)
        if number % 2:
            picture = ndimage.gaussian_filter(picture, random.uniform(1, 4))
        picture = 128 + 60 * (picture - picture.mean()) / picture.std()
        crops.append(np.clip(picture, 0, 255).astype(np.uint8))
    return crops


def cell_of(name: str, crops: list[NDArray[np.uint8]], polarity: Polarity = Polarity.DARK) -> Cell:
    """Return crops as a cell."""
    return Cell(
        name,
        tuple(Chromosome(f"{name} {k}", crop) for k, crop in enumerate(crops)),
        polarity,
    )
