"""Cut the chromosomes of M-FISH spreads out of their DAPI pictures by their class maps.

    python tools/cut_class_maps.py DATA --output FOLDER

``DATA/mfish.zip`` holds DAPI pictures of spreads and, of each, a map with the class of every
pixel. Each connected part of a class that is as large as the class is in its cell is a
chromosome, and is cut out on black. Where chromosomes cross, the crop is as photographed, as
in the crops that the program itself cuts: a blank there would part it in two pieces, of which
one would be taken for the chromosome. Left out are homologues that touch, what is left of a
chromosome that is mostly crossed, the classes of which a cell has rearranged ones, since the
map calls a derivative by its larger part, and parts beside their chromosome. FOLDER becomes
a data folder for ``napari-karyo train`` and ``evaluate``: ``labels.csv`` and
``dapi/<cell>/<class>_<n>.png``. Which arm is up is not known.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Outline, Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.preprocessing.scale import usual_lengths
from napari_karyo.segmentation.crops import cut_crop, margin_of
from napari_karyo.segmentation.ground import flatten, measure_width
from napari_karyo.segmentation.labels import parts_of
from napari_karyo.segmentation.samples import CROSSING
from napari_karyo.training.cut_crops import CutCrop, write_cut_crops
from napari_karyo.training.segmentation.archives import class_maps

#: Area of a part over what its class has in this cell: below it is a piece of a chromosome,
#: above it two that touch.
SIZES: Final = (0.6, 1.45)

#: Of a chromosome's area, what may be crossed.
MOST_CROSSED: Final = 0.35

#: Median grey of a part over that of its cell's parts: below it the map lies beside what it
#: means. Chromosomes 19 and 22 reach 0.6.
PALE: Final = 0.45

#: By karyotype codes, the classes of which derivatives, insertions or rings are there, as
#: README.TXT of the archive gives them.
_REARRANGED: Final = (
    ("26", "5"),
    ("41", "9"),
    ("44 45 50 51", "5 7 8 9 11 14 15 16 17"),
    ("46 47 48 49", "9 22"),
    ("52", "4 9"),
    ("53", "1 7"),
    ("54 55 57 58", "4 X"),
    ("59 60 61", "3 8 13 16"),
    ("62 63 64", "5 7 8 9 10 11 15 18 20"),
)
REARRANGED: Final = {
    code: frozenset(classes.split()) for codes, classes in _REARRANGED for code in codes.split()
}


def parts(painted: NDArray[np.uint8]) -> list[tuple[str, Outline]]:
    """Return class and outline of each connected part of a class map, crossings within."""
    return [
        (CLASSES[value - 1], Outline(mask, top, left, shared))
        for value, mask, shared, top, left in parts_of(painted, CROSSING, classes=True)
    ]


def alone(found: list[tuple[str, Outline]]) -> NDArray[np.bool_]:
    """Tell which parts of a cell are one chromosome each, by their area.

    Parameters
    ----------
    found : list of (str, Outline), length N
        What `parts` returns.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    lengths = usual_lengths(Polarity.BRIGHT)
    areas = np.array([np.count_nonzero(one.mask) for _, one in found], np.float64)
    crossed = np.array([np.count_nonzero(one.shared) for _, one in found]) / areas
    ratios = areas / lengths[[CLASS_INDEX[name] for name, _ in found]]
    # Most parts are whole: the median is a chromosome's, whatever the cell's scale.
    ratios /= np.median(ratios)
    return (ratios >= SIZES[0]) & (ratios <= SIZES[1]) & (crossed <= MOST_CROSSED)


def cut(
    grey: NDArray[np.uint8], painted: NDArray[np.uint8], left_out: Set[str]
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yield class and crop of each chromosome of a spread that is known to be one.

    Parameters
    ----------
    grey : ndarray, shape (height, width), uint8
        The DAPI picture.
    painted : ndarray, shape (height, width), uint8
        The class map.
    left_out : set of str
        Classes of which nothing is cut.
    """
    density = flatten(grey, Polarity.BRIGHT)
    margin = margin_of(measure_width(density))
    found = parts(painted)
    outlines = [one for _, one in found]
    greys = np.array([np.median(density[one.place][one.mask]) for one in outlines])
    good = alone(found) & (greys >= PALE * np.median(greys))
    for (name, outline), one in zip(found, good, strict=True):
        if one and name not in left_out:
            yield name, cut_crop(density, outlines, outline, Polarity.BRIGHT, margin)


def crops_of(path: Path) -> Iterator[CutCrop]:
    """Cut all spreads of ``mfish.zip``."""
    for row, grey, painted in class_maps(path):
        left_out = REARRANGED.get(row["karyotype_code"], frozenset())
        for number, (name, crop) in enumerate(cut(grey, painted, left_out)):
            yield CutCrop(row["slide"], row["image"], name, row["split"], number, crop)


def main() -> None:
    """Cut all spreads and write the data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    chosen = parser.parse_args()
    table = write_cut_crops(chosen.output, "dapi", crops_of(chosen.data / "mfish.zip"))
    splits = Counter(row["split"] for row in table)
    told = ", ".join(f"{count} {split}" for split, count in splits.items())
    print(f"{len(table)} chromosomes cut: {told}; {chosen.output / 'labels.csv'}")


if __name__ == "__main__":
    main()
