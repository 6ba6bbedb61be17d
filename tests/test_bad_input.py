"""Bad input: a message that names the file, and the rest of the cell goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from small import bar

from napari_karyo.errors import ReadError
from napari_karyo.io.cells import read_cell, read_patient
from napari_karyo.io.images import SUFFIXES, read_image


def truncated_tiff(path: Path) -> None:
    tifffile.imwrite(path, np.arange(10000, dtype=np.uint16).reshape(100, 100))
    path.write_bytes(path.read_bytes()[:9000])


def truncated_png(path: Path) -> None:
    random = np.random.default_rng(0).integers(0, 255, (90, 90), np.uint8)
    Image.fromarray(random).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def not_finite(path: Path) -> None:
    image = np.ones((20, 20), np.float32)
    image[3, 3] = np.nan
    tifffile.imwrite(path, image)


BAD = {
    "truncated.tif": truncated_tiff,
    "truncated.png": truncated_png,
    "empty.png": lambda path: path.touch(),
    "empty.tif": lambda path: path.touch(),
    "black.png": lambda path: Image.fromarray(np.zeros((30, 20), np.uint8)).save(path),
    "white.tif": lambda path: tifffile.imwrite(path, np.full((30, 20), 255, np.uint8)),
    "pixel.png": lambda path: Image.fromarray(np.ones((1, 1), np.uint8)).save(path),
    "nan.tif": not_finite,
    "text.png": lambda path: path.write_text("not an image"),
    "text.tif": lambda path: path.write_text("not an image"),
    "notes.txt": lambda path: path.write_text("patient 7"),
    "spread.png": lambda path: Image.fromarray(np.eye(5000, 8, dtype=np.uint8)).save(path),
    "complex.tif": lambda path: tifffile.imwrite(path, np.ones((9, 9), np.complex64)),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_one_bad_file_never_costs_the_cell(tmp_path: Path, name: str) -> None:
    Image.fromarray(bar(40, (4,))).save(tmp_path / "1_1.png")
    BAD[name](tmp_path / name)
    cell = read_cell(tmp_path)
    assert [item.name for item in cell] == ["1_1.png"]
    (problem,) = cell.problems
    assert problem.file == name
    assert problem.what
    assert problem.remedy


@pytest.mark.parametrize("name", sorted(set(BAD) - {"notes.txt"}))
def test_alone_it_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    BAD[name](tmp_path / name)
    with pytest.raises(ReadError) as error:
        read_image(tmp_path / name)
    assert name in str(error.value)
    with pytest.raises(ReadError, match=name):
        read_cell(tmp_path)


def test_a_folder_with_no_crop(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("-")
    for read in (read_cell, read_patient):
        with pytest.raises(ReadError, match=r"crops|image"):
            read(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such"):
        read_cell(tmp_path / "nothing")


def test_three_hundred_crops_are_kept_and_remarked_upon(tmp_path: Path) -> None:
    image = Image.fromarray(bar(20, (4,)))
    for number in range(300):
        image.save(tmp_path / f"c{number}.png")
    cell = read_cell(tmp_path)
    assert len(cell) == 300
    assert "300 crops" in str(cell.problems[0])


def test_one_crop_is_a_cell(tmp_path: Path) -> None:
    Image.fromarray(bar(20, (4,))).save(tmp_path / "a.png")
    assert len(read_cell(tmp_path)) == len(read_cell(tmp_path / "a.png")) == 1


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("good")
    files = {}
    for suffix in SUFFIXES:
        path = folder / f"a{suffix}"
        Image.fromarray(bar(20, (4,))).save(path)
        files[suffix] = path.read_bytes()
    return files


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    suffix=st.sampled_from(SUFFIXES),
    edits=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 2000),
)
def test_damaged_bytes_are_read_or_refused(
    tmp_path: Path,
    good_files: dict[str, bytes],
    suffix: str,
    edits: list[tuple[int, int]],
    cut: int,
) -> None:
    content = bytearray(good_files[suffix])
    for place, value in edits:
        content[place % len(content)] = value
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(bytes(content[: max(1, len(content) - cut // 10)]))
    try:
        pages = read_image(path)
    except ReadError as error:
        said = str(error)
        pages = []
    else:
        said = path.name
    assert path.name in said
    for _, image in pages:
        assert image.ndim == 2
        assert image.dtype in (np.uint8, np.uint16)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(suffix=st.sampled_from(SUFFIXES), content=st.binary(min_size=1, max_size=400))
def test_random_bytes_are_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"random{suffix}"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=path.name):
        read_image(path)
