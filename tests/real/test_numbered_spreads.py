"""Numbers in real spreads, whose classes are known at each pixel."""

from __future__ import annotations

import zipfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_karyo.cell import Polarity, Spread
from napari_karyo.karyogram.page import Box, Film, Text
from napari_karyo.karyogram.printed_numbers import SIZE, Numbering
from napari_karyo.karyogram.spread_picture import inked
from napari_karyo.lettering import text_width
from napari_karyo.segmentation.labels import from_labels

#: Spreads of M-FISH, one of them crowded beside nuclei.
SPREADS = ("A020402", "A0507XY", "P1103XY")
_CROSSING = 255


def box_of(text: Text) -> Box:
    """Return what a number's letters cover."""
    wide = text_width(text.string, text.size)
    return Box(text.y - 0.7 * text.size, text.x - wide / 2, 0.7 * text.size, wide)


@pytest.mark.parametrize("name", SPREADS)
def test_each_has_a_number_and_none_hides_a_band(data_root: Path, name: str) -> None:
    with zipfile.ZipFile(data_root / "mfish.zip") as archive:
        grey, painted = (
            np.asarray(Image.open(archive.open(f"mfish/{name}_{what}.png")))
            for what in ("dapi", "classes")
        )
    spread = Spread(name, grey, Polarity.BRIGHT)
    found = from_labels(spread, painted, _CROSSING, classes=True)
    first, ink = inked(spread, [one.outline for one in found])
    scale = min(1100 / ink.shape[0], 1600 / ink.shape[1])
    tall, wide = scale * ink.shape[0], scale * ink.shape[1]
    room = Box(0.0, 0.0, tall + 72, wide + 72)
    numbering = Numbering(room, Film(Box(36.0, 36.0, tall, wide), ink), scale, first)
    wanted = {n: (one.expected or "", one.outline) for n, one in enumerate(found)}
    texts, marks = numbering.place(wanted)
    assert sorted(text.string for text in texts) == sorted(name for name, _ in wanted.values())
    # Lines are the exception.
    assert len(marks) < len(texts) / 3
    boxes = [box_of(text) for text in texts]
    for one, other in combinations(boxes, 2):
        beside = one.left >= other.right or other.left >= one.right
        assert beside or one.top >= other.bottom or other.top >= one.bottom
    covered = np.zeros(grey.shape, np.bool_)
    for item in found:
        covered[item.outline.place] |= item.outline.mask
    for box in boxes:
        rows, columns = (
            slice(
                max(0, round((begin - 36) / scale) + start),
                max(0, round((end - 36) / scale) + start),
            )
            for begin, end, start in (
                (box.top, box.bottom, first[0]),
                (box.left, box.right, first[1]),
            )
        )
        assert not covered[rows, columns].any()
        assert box.height == pytest.approx(0.7 * SIZE)
