"""The public functions on real cells of both stains, none of which trained the network."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

import napari_karyo as nk
from napari_karyo.cell import Cell, Polarity
from napari_karyo.classified import propose
from napari_karyo.inference.result import Classification
from napari_karyo.shell.app import main

Folder = Callable[[str, str], Path]

#: Cells of the split ``val``: normal ones, and one with three chromosomes 18.
CELLS = (("g_band", 0), ("g_band", 9), ("q_band", 0), ("q_band", 3))
TRISOMY_18 = "97002271.11"


def val_cell(rows: list[dict[str, str]], stain: str, number: int) -> str:
    """Return the name of one of the cells of ``val``, in the order of ``labels.csv``."""
    names = dict.fromkeys(
        row["cell"] for row in rows if row["stain"] == stain and row["split"] == "val"
    )
    return list(names)[number]


@pytest.fixture(scope="session")
def cells(real_cell: Folder, real_rows: list[dict[str, str]]) -> list[Cell]:
    return [nk.read_cell(real_cell(stain, val_cell(real_rows, stain, n))) for stain, n in CELLS]


@pytest.fixture(scope="session")
def results(cells: list[Cell]) -> list[Classification]:
    return [nk.classify(cell, nk.ClassifyOptions(device="cpu")) for cell in cells]


def share_right(result: Classification, classes: tuple[str, ...]) -> float:
    return float(
        np.mean([item.expected == name for item, name in zip(result.cell, classes, strict=True)])
    )


def test_stain_is_found_and_every_crop_is_used(
    cells: list[Cell], results: list[Classification]
) -> None:
    for (stain, _), cell, result in zip(CELLS, cells, results, strict=True):
        assert cell.polarity is (Polarity.DARK if stain == "g_band" else Polarity.BRIGHT)
        assert not cell.problems
        assert len(result) == len(cell) == len(list(cell.path.glob("*.png")))  # type: ignore[union-attr]


def test_nearly_all_chromosomes_are_named_right_and_placed_better(
    results: list[Classification],
) -> None:
    raw = [share_right(result, result.predicted) for result in results]
    placed = [share_right(result, nk.assign(result.probabilities)) for result in results]
    assert min(raw) > 0.8
    assert np.mean(placed) > 0.95
    assert np.mean(placed) >= np.mean(raw)


def test_upside_down_crops_get_the_same_classes_and_are_turned_back(cells: list[Cell]) -> None:
    from napari_karyo.training.evaluate import turn_by_half

    for cell in cells[1:3]:
        standing = nk.classify(cell, nk.ClassifyOptions(device="cpu"))
        lying = nk.classify(turn_by_half(cell), nk.ClassifyOptions(device="cpu"))
        same = np.mean([a == b for a, b in zip(standing.predicted, lying.predicted, strict=True)])
        assert same > 0.95
        assert np.mean(standing.p_arm_up > 0.5) > 0.9
        # Each one stands as before once the karyogram has turned what lies p arm down.
        differ = (standing.p_arm_up > 0.5) == (lying.p_arm_up > 0.5)
        assert np.mean(differ) < 0.1


def test_a_third_18_is_not_hidden(real_cell: Folder) -> None:
    result = nk.classify(
        nk.read_cell(real_cell("g_band", TRISOMY_18)), nk.ClassifyOptions(device="cpu")
    )
    karyotype = propose(result)
    assert karyotype.iscn == "47,XY,+18"


def test_saliency_lies_on_the_chromosome(results: list[Classification]) -> None:
    from napari_karyo.preprocessing.foreground import bright_on_black, foreground

    within = []
    for result in (results[0], results[2]):
        for index, chosen in enumerate(nk.saliency(result)):
            image = result.cell.chromosomes[index].image
            assert chosen.shape == image.shape
            assert chosen.max() == pytest.approx(1)
            bright = bright_on_black(image, result.cell.polarity, result.cell.white)
            inside = foreground(bright)
            near = ndimage.binary_dilation(inside, iterations=3)
            within.append(chosen[near].sum() / chosen.sum())
            # Told from an even wash: some places count for far more than others.
            assert chosen[inside].std() > 0.05
    assert len(within) == len(results[0]) + len(results[2])
    assert min(within) > 0.8
    assert np.mean(within) > 0.95


def test_table_of_two_cells(cells: list[Cell], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    folders = [str(cells[0].path), str(cells[2].path)]
    assert main(["classify", *folders, "--output", str(table), "--device", "cpu"]) == 0
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["cell"]].append(row)
    assert {name: len(of_cell) for name, of_cell in rows.items()} == {
        cells[0].name: len(cells[0]),
        cells[2].name: len(cells[2]),
    }
    for row in rows[cells[2].name]:
        values = [float(value) for name, value in row.items() if name.startswith("p_")]
        assert len(values) == 24
        assert sum(values) == pytest.approx(1, abs=2e-3)
        assert float(row["confidence"]) == pytest.approx(max(values), abs=1e-4)


@pytest.mark.parametrize("which", [0, 2])
def test_picture_shows_every_chromosome(cells: list[Cell], tmp_path: Path, which: int) -> None:
    path = tmp_path / "karyogram.png"
    assert main(["karyogram", str(cells[which].path), "--output", str(path), "--dpi", "150"]) == 0
    grey = np.asarray(Image.open(path).convert("L")).astype(float)
    paper = np.median(grey)
    ink = np.abs(grey - paper) > 40
    # Ink on every row of the page that holds classes, and paper between.
    assert 0.02 < ink.mean() < 0.4
    assert all(quarter.mean() > 0.01 for quarter in np.array_split(ink, 4))
