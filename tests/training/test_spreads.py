"""Crops of a further laboratory: cut out of spreads, trained on without a known p arm."""

from __future__ import annotations

import csv
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from small import SMALL, bar, small_weights
from tool_scripts import load_tool
from torch.nn import functional

from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.inference.device import Device
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.models.weights import load_weights
from napari_karyo.training import train as entry
from napari_karyo.training.dataset import (
    COLUMNS,
    Dataset,
    load_dataset,
    read_cells,
    read_labels,
)
from napari_karyo.training.evaluate import evaluate
from napari_karyo.training.fit import cross_entropy, validate
from napari_karyo.training.recipes import Recipe


@pytest.fixture
def tool() -> ModuleType:
    """The script that cuts spreads."""
    return load_tool("cut_spreads")


#: Left, top, width and height of the bars of a drawn spread; the last two cross.
BARS = ((30, 30, 14, 60), (90, 40, 50, 14), (160, 120, 60, 12), (184, 100, 12, 60))


def spread() -> np.ndarray:
    """Return a spread, uint8, on paper that darkens to the right."""
    image = np.tile(np.linspace(230, 170, 260), (200, 1))
    for left, top, width, height in BARS:
        image[top : top + height, left : left + width] *= 0.4
    return image.astype(np.uint8)


def boxes() -> np.ndarray:
    """Return the boxes of the bars, six pixels wider all round."""
    return np.array([(x - 6, y - 6, x + w + 6, y + h + 6) for x, y, w, h in BARS], float)


def test_only_chromosomes_that_lie_alone_are_cut(tool: ModuleType) -> None:
    crops = tool.cut(spread(), boxes())
    assert sorted(crops) == [0, 1]
    for index, crop in crops.items():
        _, _, width, height = BARS[index]
        assert abs(crop.shape[0] - height - 2 * tool.MARGIN) <= 4
        assert abs(crop.shape[1] - width - 2 * tool.MARGIN) <= 4
        assert crop[0, 0] == crop[-1, -1] == 255
        middle = crop[crop.shape[0] // 2, crop.shape[1] // 2]
        # The paper's slope is gone: both are as dark.
        assert middle == pytest.approx(0.4 * 255, abs=15)


def test_a_box_much_wider_than_the_object_is_not_it(tool: ModuleType) -> None:
    wide = boxes()
    wide[0] += (-25, 0, 0, 0)
    assert sorted(tool.cut(spread(), wide)) == [1]


@pytest.fixture
def data(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder cut from one spread a split."""
    source, output = tmp_path / "source", tmp_path / "cut"
    source.mkdir()
    with zipfile.ZipFile(source / "raw_spreads.zip", "w") as archive:
        lines = ["file,split,count,abnormality,label,xmin,ymin,xmax,ymax"]
        for split in ("train", "val", "test"):
            stream = BytesIO()
            Image.fromarray(spread()).save(stream, "JPEG", quality=95)
            archive.writestr(f"raw_spreads/{split}.jpg", stream.getvalue())
            for label, box in zip(("3", "9", "1", "2"), boxes(), strict=True):
                corners = ",".join(str(int(value)) for value in box)
                lines.append(f"{split}.jpg,{split},46,,{label},{corners}")
        archive.writestr("raw_spreads/boxes.csv", "\n".join(lines))
    monkeypatch.setattr(sys, "argv", ["cut_spreads", str(source), "--output", str(output)])
    tool.main()
    return output


def test_the_folder_of_cut_crops_is_a_data_folder(data: Path, tmp_path: Path) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input, ("train", "val", "test"))
    assert len(crops.labels) == 6
    assert not crops.p_arm_known.any()
    report = evaluate(data, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    assert report.figures("raw_spreads")["polarity"] is None
    assert "polarity not known" in report.text()
    assert '"polarity": null' in report.to_json()


def test_another_word_for_the_p_arm_is_refused(data: Path) -> None:
    path = data / "labels.csv"
    path.write_text(path.read_text().replace("unknown", "left"))
    with pytest.raises(ReadError, match=r"p arm of .* is given as 'left'"):
        read_labels(data)


def test_parts_of_a_cell_get_the_length_of_their_class(data: Path, tmp_path: Path) -> None:
    """A cell's two crops are a 3 and a 9: neither is brought to a whole cell's reference."""
    crops = load_dataset(data, tmp_path / "work", SMALL.input, ("train",))
    rows = [int((image.max(axis=1) > 40).sum()) for image in crops.inputs]
    reference = SMALL.input.target_rows
    for length in rows:
        assert 0.5 * reference < length < 0.95 * reference


def write(folder: Path, stain: str) -> Path:
    """Write a data folder of two cells of bars that stand p arm up."""
    rows = []
    for split in ("train", "val"):
        for label, length in (("1", 80), ("21", 24)):
            name = f"{stain}/{split}/{label}_1.png"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(bar(length, (6,))).save(folder / name)
            rows.append((stain, split, split, label, split, name))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder


def test_two_data_folders_train_one_network_from_another(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upright = write(tmp_path / "upright", "q_band")
    quick = Recipe(epochs=1, batch=2, learning_rate=1e-6, average=0.0)
    monkeypatch.setitem(entry.RECIPES, "default", quick)
    monkeypatch.setitem(entry.CONFIGS, "default", SMALL)
    start = small_weights(tmp_path)
    path = entry.train(
        [upright, data], tmp_path / "out", start=start, device="cpu", progress=lambda _: None
    )
    assert path is not None
    made, before = load_weights(path), load_weights(start)
    assert made.facts["started_from"] == before.sha256
    assert made.facts["crops"]["train"] == {"q_band": 2, "raw_spreads": 2}
    assert "raw_spreads_polarity" not in made.facts["val"]
    assert 0 <= made.facts["val"]["raw_spreads_top1"] <= 1
    # With so small a rate it is still the network that it started from.
    for one, other in zip(made.network.parameters(), before.network.parameters(), strict=True):
        assert torch.allclose(one, other, atol=0.02)


def test_sets_that_are_joined_keep_their_cells_apart(data: Path, tmp_path: Path) -> None:
    one = load_dataset(data, tmp_path / "a", SMALL.input, ("train", "val"))
    two = load_dataset(write(tmp_path / "b", "q_band"), tmp_path / "a", SMALL.input)
    both = Dataset.joined([one, two])
    assert len(np.unique(both.cells)) == 4
    assert both.p_arm_known.tolist() == [False] * 4 + [True] * 4
    figures = validate(
        load_weights(small_weights(tmp_path)).network,
        both.take(both.select("val")),
        np.arange(4),
        Device("cpu", "test"),
    )
    assert {"q_band_polarity", "raw_spreads_top1"} <= set(figures)


def test_an_unknown_p_arm_asks_for_the_class_alone() -> None:
    torch.manual_seed(0)
    logits = torch.randn(2, 48)
    labels = torch.tensor([4, 4])
    upright = torch.zeros(2, dtype=torch.bool)
    unknown = cross_entropy(logits, labels, upright, upright, 0.1)
    # Which way the network calls it makes no difference then, and all of it where known.
    swapped = logits.roll(24, dims=1)
    assert torch.allclose(unknown, cross_entropy(swapped, labels, upright, upright, 0.1))
    known = cross_entropy(logits, labels, upright, ~upright, 0.1)
    assert torch.allclose(known, functional.cross_entropy(logits, labels, label_smoothing=0.1))
    assert not torch.allclose(known, cross_entropy(swapped, labels, upright, ~upright, 0.1))


def test_a_start_of_another_configuration_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(KaryoError, match="is no network of the configuration 'default'"):
        entry.train([data], tmp_path / "out", start=small_weights(tmp_path), device="cpu")


def test_archives_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    """Their sizes may agree too: only the folder tells them apart."""
    folders = []
    for number in (0, 1):
        folder = write(tmp_path / f"lab{number}", "g_band")
        for path in folder.rglob("1_1.png"):
            Image.fromarray(255 - bar(60 + 20 * number)).save(path)
        with zipfile.ZipFile(folder / "g_band.zip", "w") as archive:
            for path in sorted(folder.rglob("*.png")):
                archive.writestr(str(path.relative_to(folder)), path.read_bytes())
                path.unlink()
        packed = folder / "g_band.zip"
        missing = 9000 - packed.stat().st_size
        with zipfile.ZipFile(packed, "a") as archive:
            archive.comment = b" " * missing
        folders.append(folder)
    assert {(folder / "g_band.zip").stat().st_size for folder in folders} == {9000}
    cells = [next(read_cells(folder, tmp_path / "work", ("val",))).cell for folder in folders]
    assert [max(item.image.shape[0] for item in cell) for cell in cells] == [72, 92]
