"""Folders as other programs leave them are read as what they are: each kind whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hard_inputs import (
    Writer,
    as_kind,
    channels,
    compressed,
    framed,
    make,
    one_channel,
    plain,
    resized,
    save,
    sidecars,
    thumbnail,
    thumbnail_beside,
    twice,
)
from PIL import Image

from napari_karyo.cell import Cell, Lost
from napari_karyo.io.cells import read_cell, write_cell
from napari_karyo.simulation.sample import simulate_cell


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a simulated G-banded cell, as PNG."""
    folder = tmp_path_factory.mktemp("good") / "cell"
    write_cell(simulate_cell("46,XY", seed=1, stain="G"), folder)
    return folder


def remarks(cell: Cell) -> list[str]:
    """Return what is said of a cell's files, all of it remarks: nothing is left out."""
    assert not any(item.left_out for item in cell.problems)
    return [str(item) for item in cell.problems]


KINDS: dict[str, tuple[Writer, str]] = {
    "as it is": (plain, ""),
    "zstd": (compressed("zstd"), ""),
    "lzw": (compressed("lzw"), ""),
    "deflate": (compressed("deflate"), ""),
    "packbits": (compressed("packbits"), ""),
    "lzma": (compressed("lzma"), ""),
    "jpeg2000": (compressed("jpeg2000"), ""),
    "thumbnail page": (thumbnail, "smaller copies"),
    "thumbnail file": (thumbnail_beside, "smaller copies"),
    "ome channels": (channels("ome"), "DAPI was taken"),
    "imagej channels": (channels("imagej"), "2 channels"),
    "red alone": (one_channel(0), "show in red"),
    "blue alone": (one_channel(2), "show in blue"),
    "bmp beside": (twice(lambda out, name, grey, _: save(out, name, grey, "bmp")), "twice"),
    "tiff beside": (twice(lambda out, name, grey, _: save(out, name, grey, "tif")), "twice"),
    "copy": (twice(lambda out, name, grey, _: save(out, f"{name} copy", grey)), "twice"),
    "black frame": (framed(1, 0, 3), "frame"),
    "grey frame": (framed(1, 160, 5), "frame"),
    "wide frame": (framed(2, 60, 4), "frame"),
    "frame on one side": (framed(2, 0, 4, "l"), "frame"),
    "signed": (as_kind(lambda grey: (grey.astype("i4") * 257 - 32768).astype("i2")), "one scale"),
    "negative": (as_kind(lambda grey: grey.astype("f4") - 20), "one scale"),
    "32 bits": (as_kind(lambda grey: grey.astype("u4") * 100_000), "one scale"),
    "16 bits": (as_kind(lambda grey: grey.astype("u2") * 257), ""),
    "sidecars": (sidecars, ""),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_as_its_crops(good: Path, tmp_path: Path, kind: str) -> None:
    writer, word = KINDS[kind]
    cell = read_cell(make(good, tmp_path / "cell", writer))
    assert len(cell) == 46
    assert cell.polarity == "dark"
    assert not cell.lost
    said = remarks(cell)
    assert len(said) == bool(word)
    assert word in " ".join(said)


@pytest.mark.parametrize("kind", ["black frame", "grey frame", "wide frame", "frame on one side"])
def test_a_frame_is_cut_off_and_nothing_of_the_chromosome(
    good: Path, tmp_path: Path, kind: str
) -> None:
    plain_cell = read_cell(good)
    cell = read_cell(make(good, tmp_path / "cell", KINDS[kind][0]))
    for item, before in zip(cell, plain_cell, strict=True):
        # Only paper was added within the line.
        assert (item.image < 128).sum() == (before.image < 128).sum()


@pytest.mark.parametrize(
    "size",
    [
        lambda shape: tuple(max(1, round(200 * side / max(shape))) for side in shape),
        lambda _: (224, 224),
        lambda shape: (round(100 * shape[0] / shape[1]), 100),
        lambda shape: (150, round(150 * shape[1] / shape[0])),
    ],
    ids=["same long side", "224 x 224", "same width", "same height"],
)
def test_crops_of_one_size_have_lost_their_scale(
    good: Path, tmp_path: Path, size: Callable[[tuple[int, int]], tuple[int, int]]
) -> None:
    cell = read_cell(make(good, tmp_path / "cell", resized(size)))
    assert len(cell) == 46
    assert Lost.SCALE in cell.lost
    assert "resized to one size" in " ".join(remarks(cell))


def test_crops_on_a_common_canvas_keep_their_scale(good: Path, tmp_path: Path) -> None:
    def on_canvas(out: Path, name: str, grey: np.ndarray, _: Path) -> None:
        page = np.full((224, 224), 255, np.uint8)
        page[: grey.shape[0], : grey.shape[1]] = grey
        save(out, name, page)

    cell = read_cell(make(good, tmp_path / "cell", on_canvas))
    assert (len(cell), cell.lost) == (46, frozenset())


@pytest.mark.parametrize("end", ["tif", "png", "jpg"])
def test_crops_without_greys_say_so(good: Path, tmp_path: Path, end: str) -> None:
    def two_greys(out: Path, name: str, grey: np.ndarray, _: Path) -> None:
        save(out, name, ((grey > 200) * 255).astype(np.uint8), end)

    cell = read_cell(make(good, tmp_path / "cell", two_greys))
    assert cell.lost == {Lost.GREYS}
    assert "no bands" in " ".join(remarks(cell))


@pytest.mark.parametrize(
    ("sign", "encoding"),
    [(";", "utf-8"), ("\t", "utf-16"), (",", "utf-8-sig"), (";", "latin-1"), ("\t", "utf-16-le")],
)
def test_tables_of_other_programs_are_read(
    good: Path, tmp_path: Path, sign: str, encoding: str
) -> None:
    folder = tmp_path / "cell"
    folder.mkdir()
    rows = [f"file{sign}label"]
    for number, file in enumerate(sorted(good.glob("*.png"))):
        shutil.copy(file, folder / f"crop{number}.png")
        rows.append(f"crop{number}.png{sign}{file.name.split('_')[0]}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding)
    cell = read_cell(folder)
    assert not cell.problems
    assert sum(item.expected is not None for item in cell) == 46


def test_the_photograph_beside_its_crops_is_kept_as_the_spread(good: Path, tmp_path: Path) -> None:
    folder = make(good, tmp_path / "cell", plain)
    page = np.full((660, 700), 235, np.uint8)
    rng = np.random.default_rng(1)
    for file in sorted(good.glob("*.png")):
        grey = np.asarray(Image.open(file).convert("L"))
        y, x = rng.integers(0, 660 - grey.shape[0]), rng.integers(0, 700 - grey.shape[1])
        part = page[y : y + grey.shape[0], x : x + grey.shape[1]]
        np.minimum(part, grey, out=part)
    Image.fromarray(page).save(folder / "metaphase.jpg")
    cell = read_cell(folder)
    assert len(cell) == 46
    assert cell.spread == folder / "metaphase.jpg"
    assert "metaphase.jpg" in " ".join(remarks(cell))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("stain", "name"), [("g_band", "97002105.19"), ("q_band", "cell_038"), ("q_band", "cell_081")]
)
def test_real_cells_are_left_as_they_are(
    real_cell: Callable[[str, str], Path], stain: str, name: str
) -> None:
    folder = real_cell(stain, name)
    cell = read_cell(folder)
    assert len(cell) == len(list(folder.glob("*.png")))
    assert (cell.problems, cell.lost, cell.spread) == ((), frozenset(), None)


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["zstd", "black frame", "bmp beside", "imagej channels", "signed"])
def test_a_real_cell_of_each_kind_is_read(
    real_cell: Callable[[str, str], Path], tmp_path: Path, kind: str
) -> None:
    folder = real_cell("q_band", "cell_081")
    cell = read_cell(make(folder, tmp_path / "cell", KINDS[kind][0]))
    assert (len(cell), cell.polarity) == (46, "bright")
