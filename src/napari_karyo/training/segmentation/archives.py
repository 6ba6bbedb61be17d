"""The archives of labelled spreads, read one spread at a time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.draw import polygon2mask
from skimage.measure import label, regionprops
from skimage.morphology import skeletonize

from napari_karyo.cell import Polarity
from napari_karyo.segmentation.ground import (
    LEVEL,
    WIDTH,
    Field,
    find_spread_polarity,
    flatten,
    make_field,
    measure_width,
    resized,
    stained,
)
from napari_karyo.training.segmentation.compose import Single
from napari_karyo.training.segmentation.labelled import Instance, LabelledSpread

#: An object of the class map with fewer pixels is a slip of its painter.
_LEAST: Final = 25
#: What the class map says of pixels where chromosomes overlap.
_CROSSING: Final = 255
_LABELS: Final = [*(str(number) for number in range(1, 23)), "X", "Y"]

#: Pixels by which a chromosome's box may reach beyond it on each side.
_REACH: Final = (-3.0, 16.0)

#: Of the crops of ``g_band.zip`` each so many'th is taken.
_EVERY: Final = 20


def grey_of(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Return a photograph of an archive as grey values."""
    with archive.open(name) as file:
        return np.asarray(Image.open(io.BytesIO(file.read())).convert("L"))


def field_of(grey: NDArray[Any]) -> tuple[Field, Polarity]:
    """Return the field of a photograph, as `segment` makes it."""
    polarity = find_spread_polarity(grey)
    density = flatten(grey, polarity)
    return make_field(density, measure_width(density)), polarity


def q_band_spreads(path: Path, splits: tuple[str, ...]) -> Iterator[LabelledSpread]:
    """Read the spreads of ``q_spreads.zip``: a polygon for each chromosome."""
    with zipfile.ZipFile(path) as archive:
        table = json.loads(archive.read("q_spreads/polygons.json"))
        for name in sorted(table):
            if table[name]["split"] not in splits:
                continue
            member = f"q_spreads/{name}" if name.endswith(".png") else f"q_spreads/{name}.png"
            field, _ = field_of(grey_of(archive, member))
            shape = field.values.shape
            instances = []
            for polygon in table[name]["polygons"]:
                points = np.asarray(polygon, np.float64)[:, ::-1] * field.factor
                instances.append(Instance.cut(polygon2mask(shape, points)))
            kept = [one for one in instances if one is not None]
            yield _whole(Path(name).stem, table[name]["split"], field, kept)


def dapi_spreads(path: Path, splits: tuple[str, ...]) -> Iterator[LabelledSpread]:
    """Read the spreads of ``mfish.zip``: a class for each pixel."""
    with zipfile.ZipFile(path) as archive:
        with archive.open("mfish/images.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
        for row in rows:
            if row["split"] not in splits:
                continue
            field, _ = field_of(grey_of(archive, f"mfish/{row['image']}_dapi.png"))
            painted = grey_of_map(archive, f"mfish/{row['image']}_classes.png")
            masks, classes = objects_of_map(painted)
            pairs = [
                (Instance.cut(resized(mask, field.values.shape) > 0.5), name)
                for mask, name in zip(masks, classes, strict=True)
            ]
            kept = [(one, name) for one, name in pairs if one is not None]
            spread = _whole(row["image"], row["split"], field, [one for one, _ in kept])
            spread.classes.extend(name for _, name in kept)
            yield spread


def grey_of_map(archive: zipfile.ZipFile, name: str) -> NDArray[np.uint8]:
    """Return a class map of an archive, its values as they are."""
    with archive.open(name) as file:
        return np.asarray(Image.open(io.BytesIO(file.read())))


def objects_of_map(painted: NDArray[np.uint8]) -> tuple[list[NDArray[np.bool_]], list[str]]:
    """Return the mask and class of each chromosome of a class map.

    Parts of one class beside one crossing are one chromosome, and the crossing is its too;
    a crossing belongs to every class beside it.
    """
    eight = np.ones((3, 3), np.bool_)
    crossings, count = ndimage.label(painted == _CROSSING, eight)
    grown = ndimage.grey_dilation(crossings, footprint=eight)
    masks, classes = [], []
    for value, name in enumerate(_LABELS, start=1):
        parts = painted == value
        if not parts.any():
            continue
        beside = np.unique(grown[parts])
        own = parts | np.isin(crossings, beside[beside > 0])
        objects, number = ndimage.label(own, eight)
        for which in range(1, number + 1):
            mask = objects == which
            if np.count_nonzero(mask & parts) >= _LEAST:
                masks.append(mask)
                classes.append(name)
    return masks, classes


def g_band_spreads(path: Path, splits: tuple[str, ...]) -> Iterator[LabelledSpread]:
    """Read the spreads of ``raw_spreads.zip``: a box and a class for each chromosome.

    An object of the photograph that fills exactly one box is a chromosome alone. One that
    lies in no box is none. The others are chromosomes that nobody told apart.
    """
    with zipfile.ZipFile(path) as archive:
        with archive.open("raw_spreads/boxes.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
        spreads: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            spreads[row["file"]].append(row)
        for name, boxed in spreads.items():
            if boxed[0]["split"] not in splits:
                continue
            field, _ = field_of(grey_of(archive, f"raw_spreads/{name}"))
            boxes = np.array(
                [[float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")] for row in boxed]
            )
            instances, other, unknown = _by_boxes(field, boxes * field.factor)
            yield LabelledSpread(
                Path(name).stem,
                boxed[0]["split"],
                field,
                instances,
                other,
                unknown,
                boxes,
                [row["label"] for row in boxed],
            )


def _by_boxes(
    field: Field, boxes: NDArray[np.float64]
) -> tuple[list[Instance], NDArray[np.bool_], NDArray[np.bool_]]:
    numbered = label(stained(field.values), connectivity=2)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    covered = np.zeros(field.values.shape, np.bool_)
    for left, top, right, bottom in boxes.round().astype(int):
        covered[max(0, top) : bottom, max(0, left) : right] = True
    instances = []
    other, unknown = (np.zeros(field.values.shape, np.bool_) for _ in range(2))
    reach = np.array(_REACH) * field.factor
    for item in regionprops(numbered):
        top, left, bottom, right = item.bbox
        here = (slice(top, bottom), slice(left, right))
        inside = (middle > (left, top)).all(axis=1) & (middle < (right, bottom)).all(axis=1)
        if inside.sum() == 1:
            box = boxes[int(inside.argmax())]
            beyond = np.concatenate([(left, top) - box[:2], box[2:] - (right, bottom)])
            if beyond.min() >= reach[0] and beyond.max() <= reach[1]:
                instances.append(Instance(item.image_filled.copy(), top, left))
                continue
        share = float(covered[here][item.image].mean())
        target = other if share < 0.3 and not inside.any() else unknown
        target[here] |= item.image
    return instances, other, unknown


def _whole(name: str, split: str, field: Field, instances: list[Instance]) -> LabelledSpread:
    """Return a spread of which every chromosome is known."""
    covered = np.zeros(field.values.shape, np.bool_)
    for one in instances:
        covered[one.place] |= one.mask
    beside = ndimage.binary_dilation(covered, iterations=4)
    # Also of a nucleus that chromosomes lie against; but not their glow.
    other = ndimage.binary_opening(stained(field.values) & ~beside, iterations=2)
    return LabelledSpread(name, split, field, instances, other, np.zeros_like(covered))


#: The archives, by the name of their photographs.
ARCHIVES: Final[dict[str, tuple[str, Callable[..., Iterator[LabelledSpread]]]]] = {
    "q_band": ("q_spreads.zip", q_band_spreads),
    "dapi": ("mfish.zip", dapi_spreads),
    "g_band": ("raw_spreads.zip", g_band_spreads),
}


def crops_alone(path: Path, cells: Collection[str], splits: Collection[str]) -> list[Single]:
    """Return the chromosomes of some cells of ``g_band.zip``, as they lay alone in a field.

    Parameters
    ----------
    path : Path
        The archive; ``labels.csv`` lies beside it.
    cells : collection of str
        Left out.
    splits : collection of str
    """
    with (path.parent / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["stain"] == "g_band" and row["split"] in splits and row["cell"] not in cells
        ]
    found = []
    with zipfile.ZipFile(path) as archive:
        # One crop of a cell tells its scale as well as the next: chromosomes are equally wide.
        for row in rows[::_EVERY]:
            density = 1.0 - grey_of(archive, row["file"]).astype(np.float32) / 255
            mask = ndimage.binary_fill_holes(ndimage.gaussian_filter(density, 0.7) > 0.12)
            width = 2.0 * float(np.median(ndimage.distance_transform_edt(mask)[skeletonize(mask)]))
            if not 4 < width < 40:
                continue
            factor = WIDTH / width
            shape = [round(side * factor) for side in mask.shape]
            level = max(float(np.median(density[mask])), 0.05)
            values = np.clip(resized(density, shape) * (LEVEL / level), 0, 1)
            found.append(Single(np.pad(values, 6), np.pad(resized(mask, shape) > 0.5, 6)))
    return found
