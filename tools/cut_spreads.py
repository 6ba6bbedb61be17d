"""Cut the chromosomes that lie alone in raw metaphase spreads out of them.

    python tools/cut_spreads.py DATA --output FOLDER

``DATA/raw_spreads.zip`` holds spreads as the microscope took them and ``boxes.csv`` with a
box and a class for each chromosome. An object of the spread that fills exactly one box is
a chromosome alone; it is cut out on white paper, as a laboratory's program would hand it
over. FOLDER becomes a data folder for ``napari-karyo train`` and ``evaluate``:
``labels.csv`` and ``raw_spreads/<cell>/<class>_<n>.png``. Which arm is up is not known.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label, regionprops

from napari_karyo.training.cut_crops import CutCrop, write_cut_crops
from napari_karyo.training.segmentation.archives import SPLITS, Photograph, g_band_spreads

#: Pixels by which a chromosome's box may reach beyond it on each side. Most do by 3 to 8.
REACH = (-2.0, 14.0)

#: Pixels of paper around a chromosome.
MARGIN = 4


def objects(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Return a spread with its paper at 255, and its dark objects numbered."""
    # The paper is what lies between the chromosomes: bright, and even over wide distances.
    size = max(grey.shape) // 6
    small = ndimage.percentile_filter(grey[::8, ::8], 90, size=size // 8)
    paper = ndimage.zoom(
        ndimage.gaussian_filter(small.astype(np.float64), size / 16),
        np.array(grey.shape) / np.array(small.shape),
        order=1,
    )
    flat = np.clip(255.0 * grey / np.maximum(paper, 1.0), 0, 255)
    dark = ndimage.gaussian_filter(255.0 - flat, 0.7)
    return flat, label(dark > 0.75 * threshold_otsu(dark), connectivity=2)


def fills(bounds: tuple[int, int, int, int], box: NDArray[np.float64]) -> bool:
    """Tell whether an object fills a box exactly.

    Parameters
    ----------
    bounds : tuple of int
        Top, left, bottom and right of the object.
    box : ndarray, shape (4,)
        Left, top, right and bottom.
    """
    top, left, bottom, right = bounds
    beyond = np.concatenate([(left, top) - box[:2], box[2:] - (right, bottom)])
    return bool(beyond.min() >= REACH[0] and beyond.max() <= REACH[1])


def cut(grey: NDArray[np.uint8], boxes: NDArray[np.float64]) -> dict[int, NDArray[np.uint8]]:
    """Return the crop of every chromosome that lies alone, by the row of its box.

    Parameters
    ----------
    grey : ndarray, shape (height, width), uint8
        The spread.
    boxes : ndarray, shape (N, 4)
        Left, top, right and bottom of each.
    """
    flat, numbered = objects(grey)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    crops = {}
    for item in regionprops(numbered):
        top, left, bottom, right = item.bbox
        inside = (middle > (left, top)).all(axis=1) & (middle < (right, bottom)).all(axis=1)
        if inside.sum() != 1:
            continue
        best = int(inside.argmax())
        if not fills(item.bbox, boxes[best]):
            continue
        inner = np.pad(item.image_filled, MARGIN)
        near = ndimage.binary_dilation(inner, iterations=2)
        rows = slice(max(0, top - MARGIN), bottom + MARGIN)
        columns = slice(max(0, left - MARGIN), right + MARGIN)
        seen = flat[rows, columns]
        near = near[rows.start - top + MARGIN :, columns.start - left + MARGIN :]
        near = near[: seen.shape[0], : seen.shape[1]]
        crops[best] = np.where(near, seen, 255.0).round().astype(np.uint8)
    return crops


def crops_of(photograph: Photograph) -> Iterator[CutCrop]:
    """Cut the chromosomes of a spread that lie alone."""
    # The cells of a case lie in one split; which case, the table does not say.
    cell, split = photograph.name, photograph.split
    for index, crop in sorted(cut(photograph.grey, photograph.boxes).items()):
        yield CutCrop(cell, cell, photograph.classes[index], split, index, crop)


def main() -> None:
    """Cut all spreads and write the data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    chosen = parser.parse_args()
    boxes, crops = 0, list[CutCrop]()
    for photograph in g_band_spreads(chosen.data / "raw_spreads.zip", SPLITS):
        boxes += len(photograph.boxes)
        crops += crops_of(photograph)
    table = write_cut_crops(chosen.output, "raw_spreads", crops)
    print(f"{len(table)} of {boxes} chromosomes lie alone; {chosen.output / 'labels.csv'}")


if __name__ == "__main__":
    main()
