"""Bad input: a message that names the file, and the rest of the cell goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from napari_karyo.simulation.sample import simulate_cell


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
    for seed in range(7):
        several = simulate_cell("46,XX", seed=seed, stain="G")
        for number, item in enumerate(several):
            Image.fromarray(item.image).save(tmp_path / f"c{seed}_{number}.png")
    cell = read_cell(tmp_path)
    assert len(cell) == 322
    (remark,) = cell.problems
    assert "322 crops" in str(remark)
    assert not remark.left_out


def test_one_crop_is_a_cell(tmp_path: Path) -> None:
    Image.fromarray(bar(20, (4,))).save(tmp_path / "a.png")
    assert len(read_cell(tmp_path)) == len(read_cell(tmp_path / "a.png")) == 1


def one_after_the_other(path: Path, pages: list[np.ndarray]) -> None:
    with tifffile.TiffWriter(path) as file:
        for page in pages:
            file.write(page)


def in_one_block(path: Path, pages: list[np.ndarray]) -> None:
    tifffile.imwrite(path, np.stack(pages), photometric="minisblack")


def for_imagej(path: Path, pages: list[np.ndarray]) -> None:
    tifffile.imwrite(path, np.stack(pages), imagej=True)


def deflated(path: Path, pages: list[np.ndarray]) -> None:
    tifffile.imwrite(path, np.stack(pages), photometric="minisblack", compression="zlib")


def by_lzw(path: Path, pages: list[np.ndarray]) -> None:
    first, *others = (Image.fromarray(page) for page in pages)
    first.save(path, save_all=True, append_images=others, compression="tiff_lzw")


@pytest.mark.parametrize("share", [0.35, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("write", [one_after_the_other, in_one_block, deflated, by_lzw])
def test_a_stack_cut_short_keeps_its_whole_pages(
    tmp_path: Path, write: Callable[[Path, list[np.ndarray]], None], share: float
) -> None:
    random = np.random.default_rng(0)
    pages = [random.integers(0, 255, (60, 40), np.uint8) for _ in range(5)]
    path = tmp_path / "stack.tif"
    write(path, pages)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    Image.fromarray(bar(20, (4,))).save(tmp_path / "other.png")
    cell = read_cell(tmp_path)
    found = [item for item in cell if item.name.startswith("stack")]
    assert len(found) >= int(share * 5) - 1
    for number, item in enumerate(found):
        assert item.name == f"stack.tif[{number}]"
        assert np.array_equal(item.image, pages[number])
    # Never fewer pages without a word.
    assert cell.problems[0].file == f"stack.tif[{len(found)}]"


@pytest.mark.parametrize("share", [0.35, 0.9])
def test_a_stack_of_imagej_that_is_cut_short_is_named(tmp_path: Path, share: float) -> None:
    random = np.random.default_rng(0)
    path = tmp_path / "stack.tif"
    for_imagej(path, [random.integers(0, 255, (60, 40), np.uint8) for _ in range(5)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    Image.fromarray(bar(20, (4,))).save(tmp_path / "other.png")
    cell = read_cell(tmp_path)
    assert [item.name for item in cell] == ["other.png"]
    (problem,) = cell.problems
    assert problem.file == "stack.tif"
    assert problem.left_out


def test_a_description_of_a_billion_pages_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(
        path, bar(20, (4,)), metadata=None, description='{"shape": [1000000000, 32, 24]}'
    )
    cell = read_cell(path)
    assert len(cell) == 1
    (problem,) = cell.problems
    assert "999999999" in problem.what


def test_each_bad_page_is_named(tmp_path: Path) -> None:
    good, other = bar(20, (4,)), bar(24, (12,))
    with tifffile.TiffWriter(tmp_path / "stack.tif") as file:
        for page in (good, np.ones((2, 2), np.uint8), good.astype(np.complex64), other):
            file.write(page)
    cell = read_cell(tmp_path / "stack.tif")
    assert [item.name for item in cell] == ["stack.tif[0]", "stack.tif[3]"]
    assert [one.file for one in cell.problems] == ["stack.tif[1]", "stack.tif[2]"]


@pytest.fixture
def forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that may not be listed, whoever runs the tests."""
    folder = tmp_path / "patient" / "cell 2"
    real = Path.iterdir

    def guarded(path: Path) -> Iterator[Path]:
        if path == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "iterdir", guarded)
    return folder


def test_a_folder_that_may_not_be_read_costs_only_itself(forbidden: Path) -> None:
    for name in ("cell 1", "cell 2", "cell 3"):
        (forbidden.parent / name).mkdir(parents=True)
        Image.fromarray(bar(20, (4,))).save(forbidden.parent / name / "a.png")
    patient = read_patient(forbidden.parent)
    assert [cell.name for cell in patient.cells] == ["cell 1", "cell 3"]
    (problem,) = patient.problems
    assert problem.file == "cell 2"
    assert "Permission denied" in problem.what
    from napari_karyo.gui.contributions.readers import folder_reader

    reader = folder_reader(str(forbidden.parent))
    assert reader is not None
    assert len(reader(str(forbidden.parent))) == 2


def test_alone_a_forbidden_folder_is_an_error_that_names_it(forbidden: Path) -> None:
    forbidden.mkdir(parents=True)
    with pytest.raises(ReadError, match=r"cell 2.*Permission denied"):
        read_cell(forbidden)
    with pytest.raises(ReadError, match=r"cell 2.*Permission denied"):
        read_patient(forbidden)
    # The reason is told where no other folder holds a cell either.
    with pytest.raises(ReadError, match=r"patient.*cell 2.*Permission denied"):
        read_patient(forbidden.parent)


def test_a_file_that_may_not_be_looked_at_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(bar(20, (4,))).save(tmp_path / name)
    for method in ("is_file", "is_dir"):
        real = getattr(Path, method)

        def guarded(path: Path, real: Callable[[Path], bool] = real) -> bool:
            if path.name == "b.png":
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        monkeypatch.setattr(Path, method, guarded)
    cell = read_cell(tmp_path)
    assert [item.name for item in cell] == ["a.png"]
    (problem,) = cell.problems
    assert problem.file == "b.png"
    assert "Permission denied" in problem.what


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
