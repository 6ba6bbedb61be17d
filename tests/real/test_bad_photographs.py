"""What is said of real photographs that show no cell, or more than one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.cell import Spread
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.segmentation.samples import sample_spread
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


def test_two_metaphases_side_by_side() -> None:
    one = sample_spread("normal").image
    apart = np.full((one.shape[0], 120), np.quantile(one, 0.05), one.dtype)
    count, said = said_of(np.concatenate([one, apart, sample_spread("abnormal").image], axis=1))
    assert count > 80
    assert "2 metaphases" in said or "about twice those of a cell" in said
