"""Crops of DAPI pictures, cut by the class of each pixel."""

from __future__ import annotations

import sys
import zipfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image
from small import SMALL
from tool_scripts import load_tool

from napari_karyo.cell import Polarity
from napari_karyo.training.dataset import load_dataset, read_cells

#: Class, left, top, width and height of drawn chromosomes: about as long as their classes.
DRAWN = (
    (1, 20, 20, 12, 90),
    (1, 50, 20, 12, 90),
    (3, 90, 20, 12, 72),
    (9, 120, 20, 12, 52),
    (9, 150, 20, 12, 52),
    (16, 180, 20, 12, 34),
    (16, 180, 54, 12, 34),
    (20, 210, 20, 12, 25),
    (12, 170, 150, 52, 12),
    (7, 190, 120, 12, 60),
)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("cut_class_maps")


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Return a DAPI picture and its class map; two touch, two cross."""
    grey = np.tile(np.linspace(10, 30, 280), (240, 1))
    painted = np.zeros((240, 280), np.uint8)
    for value, left, top, width, height in DRAWN:
        here = np.s_[top : top + height, left : left + width]
        grey[here] = 160
        painted[here] = np.where(painted[here] > 0, 255, value)
    return grey.astype(np.uint8), painted


def test_homologues_that_touch_are_left_out(tool: ModuleType) -> None:
    names = [name for name, _ in tool.cut(*drawn(), set())]
    assert sorted(names) == sorted(["1", "1", "3", "9", "9", "20", "12", "7"])


def test_rearranged_classes_are_left_out(tool: ModuleType) -> None:
    assert "9" not in [name for name, _ in tool.cut(*drawn(), tool.REARRANGED["47"])]
    assert tool.REARRANGED["54"] == {"4", "X"}


def test_a_crop_is_bright_on_black_and_whole_where_another_crosses(tool: ModuleType) -> None:
    crops = dict(tool.cut(*drawn(), set()))
    for crop in crops.values():
        assert crop[0].max() == crop[:, 0].max() == 0
        assert crop.max() > 150
    lying = crops["12"]
    middle = lying[lying.shape[0] // 2]
    stained = np.nonzero(middle > 100)[0]
    assert np.diff(stained).max() == 1
    # The other one is not seen above or below it.
    assert (lying > 100).any(axis=1).sum() == 12


def test_a_part_beside_its_chromosome_is_left_out(tool: ModuleType) -> None:
    grey, painted = drawn()
    painted[20:45, 240:252] = 21
    assert "21" not in [name for name, _ in tool.cut(grey, painted, set())]


def test_the_folder_is_a_data_folder(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey, painted = drawn()
    with zipfile.ZipFile(tmp_path / "mfish.zip", "w") as archive:
        table = "image,slide,karyotype_code,split\nA1,A,XY,train\nB1,B,47,val\n"
        archive.writestr("mfish/images.csv", table)
        for name in ("A1", "B1"):
            for kind, image in (("dapi", grey), ("classes", painted)):
                stream = BytesIO()
                Image.fromarray(image).save(stream, "PNG")
                archive.writestr(f"mfish/{name}_{kind}.png", stream.getvalue())
    output = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["cut_class_maps", str(tmp_path), "--output", str(output)])
    tool.main()
    crops = load_dataset(output, tmp_path / "work", SMALL.input)
    assert len(crops.select("train")) == 8
    assert len(crops.select("val")) == 6
    assert set(crops.stains) == {"dapi"}
    assert set(crops.patients) == {"A", "B"}
    assert not crops.p_arm_known.any()
    (cell,) = read_cells(output, tmp_path / "work", ("val",))
    assert cell.cell.polarity is Polarity.BRIGHT
