"""What is said of real photographs that show no cell, or more than one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from two_cells import two_in_one

from napari_karyo.cell import Spread
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.segmentation.segment import segment

pytestmark = pytest.mark.real_data


def grey(archive: Path, name: str) -> NDArray[np.uint8]:
    with zipfile.ZipFile(archive) as packed:
        return np.asarray(Image.open(io.BytesIO(packed.read(name))).convert("L"))


def said_of(image: NDArray[np.uint8]) -> tuple[int, str]:
    spread = Spread("photograph", image, find_spread_polarity(image))
    found = segment(spread)
    return found.count, " ".join(str(problem) for problem in found.problems)


def test_interphase_nuclei_alone(data_root: Path) -> None:
    whole = grey(data_root / "mfish.zip", "mfish/P100732_dapi.png")
    _, said = said_of(np.ascontiguousarray(whole[330:517, 240:430]))
    assert "Choose a photograph of a metaphase spread" in said


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (0, "about twice those of a cell. See whether the cell is tetraploid"),
        (200, "it seems to show 2 metaphases"),
    ],
)
def test_two_real_cells_in_one_photograph(apart: int, words: str) -> None:
    count, said = said_of(two_in_one(apart).spread.image)
    # There are 91; none is left out because a cell has 46.
    assert 86 <= count <= 96
    assert words in said
