"""Image files of which a decoder makes nonsense, noise on the screen, or an end of the program."""

from __future__ import annotations

import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from small import bar

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from fuzzing import pictures

from napari_karyo.errors import ReadError
from napari_karyo.io.cells import read_cell
from napari_karyo.io.images import read_image


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "JPEG2000", "MPO"])
def test_the_format_is_told_by_the_first_bytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "1.png"
    Image.fromarray(bar(40, (4,))).convert("RGB").save(path, kind)
    ((_, image),) = read_image(path)
    assert image.shape == bar(40, (4,)).shape


def test_what_is_no_image_is_not_told_in_words_of_the_decoder(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(b"no image at all, but long enough to be one")
    with pytest.raises(ReadError, match="cannot identify"):
        read_image(path)


def test_small_whole_numbers_with_a_sign(tmp_path: Path) -> None:
    path = tmp_path / "1.tif"
    grey = (pictures.crop(80, 60) // 2).astype(np.int8)
    tifffile.imwrite(path, grey, photometric="minisblack")
    ((_, image),) = read_image(path)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, grey)


def test_a_hot_pixel_below_zero_is_black(tmp_path: Path) -> None:
    path = tmp_path / "1.tif"
    grey = pictures.crop(200, 120).astype(np.int32) + 4000
    grey[21, 1] = -30000
    tifffile.imwrite(path, grey, photometric="minisblack")
    ((_, image),) = read_image(path)
    assert image[21, 1] == image.min()


def test_a_transparent_grey_of_sixteen_bits(tmp_path: Path) -> None:
    grey = pictures.crop().astype(np.uint16) * 200
    rows = [row.astype(">u2").tobytes() for row in grey]
    paper = struct.pack(">H", int(grey.max()))
    path = tmp_path / "1.png"
    path.write_bytes(pictures.png(rows, grey.shape[1], 16, 0, (b"tRNS", paper)))
    ((_, image),) = read_image(path)
    assert image.dtype == np.uint16
    np.testing.assert_array_equal(np.ma.getmaskarray(image), grey == grey.max())
    np.testing.assert_array_equal(image.data, grey)


def test_a_picture_of_extra_samples_alone(tmp_path: Path) -> None:
    path = tmp_path / "1.tif"
    grey = pictures.crop()
    extra = (338, "H", 1, 2, True)
    tifffile.imwrite(path, grey, photometric="minisblack", extratags=[extra], metadata=None)
    ((_, image),) = read_image(path)
    np.testing.assert_array_equal(image, grey)


def test_jpeg_xr_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "1.tif"
    tifffile.imwrite(path, pictures.crop(), photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages.first.tags["Compression"].overwrite(22610)
    with pytest.raises(ReadError, match=r"JPEGXR.* is not unpacked"):
        read_image(path)


@pytest.mark.parametrize("wrong", ["nothing", "sum", "more", "rows", "chunk"])
def test_a_damaged_png_in_a_tiff_says_nothing_on_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], wrong: str
) -> None:
    grey = pictures.crop()
    rows = [row.tobytes() for row in grey][: -2 if wrong == "rows" else None]
    pixels = bytearray(zlib.compress(b"".join(b"\0" + row for row in rows)))
    if wrong == "sum":
        pixels[-1] ^= 1
    pixels += b"xx" if wrong == "more" else b""
    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    more = [(b"iCCP", b"a\0\0xx")] if wrong == "chunk" else []
    packed = pictures.joined([(b"IHDR", header), *more, (b"IDAT", bytes(pixels)), (b"IEND", b"")])
    path = tmp_path / "1.tif"
    tifffile.imwrite(
        path, iter([packed]), shape=grey.shape, dtype="u1", compression="png", metadata=None
    )
    if wrong == "nothing":
        np.testing.assert_array_equal(read_image(path)[0][1], grey)
    else:
        with pytest.raises(ReadError, match=r"a PNG in it is damaged|decompressing"):
            read_image(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the process held")
def test_large_pictures_in_small_files_cost_neither_time_nor_memory(tmp_path: Path) -> None:
    down, along = np.linspace(0, 40, 4096)[:, None], np.linspace(0, 30, 4096)
    wave = (np.sin(down) * np.sin(along) * 100 + 100).astype(np.uint8)
    for number in range(5):
        path = tmp_path / f"{number}.png"
        Image.fromarray(wave + np.uint8(number)).save(path, compress_level=1)
    Path("/proc/self/clear_refs").write_text("5")
    before = _most_held()
    began = time.process_time()
    cell = read_cell(tmp_path)
    assert time.process_time() - began < 5
    assert _most_held() - before < 700e6
    assert any("fill the memory" in problem.what for problem in cell.problems)


def test_a_stack_of_very_many_pages_is_not_compared_for_minutes(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    with tifffile.TiffWriter(tmp_path / "stack.tif") as file:
        for number in range(600):
            page = np.full((32, 16) if number % 2 else (16, 8), 255, np.uint8)
            page[2:-2, 2:-2] = random.integers(0, 200, (page.shape[0] - 4, page.shape[1] - 4))
            file.write(page, photometric="minisblack", metadata=None)
    began = time.process_time()
    cell = read_cell(tmp_path)
    assert time.process_time() - began < 5
    assert len(cell) == 600


def _most_held() -> int:
    words = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()
    return int(words[0]) * 1024


@pytest.mark.parametrize("number", [np.float32, np.float64])
def test_numbers_beyond_all_reason_are_holes(tmp_path: Path, number: type) -> None:
    """Of two channels, so that the one that shows the chromosomes is looked for."""
    for name, rows in (("1", 40), ("2", 30)):
        planes = np.stack([bar(rows, (4,)), bar(rows, (9,))]).astype(number)
        planes[0, 3, 3], planes[1, 5, 5] = np.finfo(number).max, -np.finfo(number).max
        planes[0, 4, 4] = 1e25
        tifffile.imwrite(tmp_path / f"{name}.tif", planes, metadata={"axes": "CYX"})
    cell = read_cell(tmp_path)
    assert len(cell) == 2
    assert all(np.ptp(item.image) > 0 for item in cell)
