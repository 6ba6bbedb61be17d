"""Photographs of spreads, told from crops and karyograms, and read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from drawn_spread import draw_spread, write_spread
from PIL import Image

from napari_karyo.cell import Polarity
from napari_karyo.errors import ReadError
from napari_karyo.io.cells import write_cell
from napari_karyo.io.label_images import find_label_image, read_label_image, tells_classes
from napari_karyo.io.photograph import (
    photographs_of,
    read_spread,
    what_is_shown,
)
from napari_karyo.io.picture_kind import PictureKind, find_kind
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.simulation.sample import simulate_cell


@pytest.mark.parametrize(("stain", "polarity"), [("G", Polarity.DARK), ("Q", Polarity.BRIGHT)])
def test_a_photograph_of_either_stain(tmp_path: Path, stain: str, polarity: Polarity) -> None:
    path = write_spread(tmp_path / "spread.png", stain)
    spread = read_spread(path)
    assert spread.name == "spread"
    assert spread.path == path
    assert spread.polarity is polarity
    assert (spread.image == draw_spread(stain).image).all()
    assert spread.problems == ()
    assert what_is_shown(path) is PictureKind.SPREAD
    assert read_spread(path, Polarity.BRIGHT).polarity is Polarity.BRIGHT


def test_depths_and_colours(tmp_path: Path) -> None:
    grey = draw_spread().image
    deep = tmp_path / "deep.tif"
    tifffile.imwrite(deep, grey.astype(np.uint16) * 16)
    assert read_spread(deep).image.dtype == np.uint16
    colour = tmp_path / "colour.png"
    Image.fromarray(np.stack([grey] * 3, axis=-1)).save(colour)
    assert (read_spread(colour).image == grey).all()
    blue = tmp_path / "blue.jpg"
    bright = draw_spread("Q").image
    Image.fromarray(np.stack([bright // 20, bright // 20, bright], axis=-1)).save(blue, quality=95)
    found = read_spread(blue)
    assert found.polarity is Polarity.BRIGHT
    assert "in blue" in found.problems[0].what
    assert abs(found.image.astype(int) - bright).mean() < 6


def test_of_several_channels_the_stain_is_taken(tmp_path: Path) -> None:
    bright = draw_spread("Q").image
    noise = np.random.default_rng(0).integers(0, 30, bright.shape, np.uint8)
    path = tmp_path / "channels.tif"
    named = {"axes": "CYX", "Channel": {"Name": ["FITC", "DAPI"]}}
    tifffile.imwrite(path, np.stack([noise, bright]), ome=True, metadata=named)
    spread = read_spread(path)
    assert (spread.image == bright).all()
    assert "DAPI was taken" in spread.problems[0].what
    assert (read_spread(path, channel="FITC").image == noise).all()
    with pytest.raises(ReadError, match="no channel"):
        read_spread(path, channel="Cy5")


def test_pages_that_nobody_described(tmp_path: Path) -> None:
    one, other = draw_spread("Q").image, draw_spread("Q", "47,XY,+21").image
    stack = tmp_path / "stack.tif"
    with tifffile.TiffWriter(stack) as file:
        for page in (one, other[::-1]):
            file.write(page, metadata=None, photometric="minisblack")
    spread = read_spread(stack)
    assert (spread.image == one).all()
    assert "2 photographs" in spread.problems[0].what
    assert spread.problems[0].left_out


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no.png", None, "no such file"),
        ("notes.txt", b"words", "no image file"),
        ("broken.png", b"\x89PNG\r\n\x1a\nbroken", "not a readable image"),
        ("empty.tif", b"", "empty"),
    ],
)
def test_what_is_no_photograph(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReadError, match=words):
        read_spread(path)
    assert what_is_shown(path) is PictureKind.CROP


def test_a_folder_a_crop_and_a_grey_picture_are_no_photographs(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="this is a folder"):
        read_spread(tmp_path)
    Image.fromarray(np.zeros((500, 400), np.uint8)).save(tmp_path / "black.png")
    with pytest.raises(ReadError, match="all black"):
        read_spread(tmp_path / "black.png")
    Image.fromarray(np.eye(40, dtype=np.uint8)).save(tmp_path / "small.png")
    with pytest.raises(ReadError, match="too small"):
        read_spread(tmp_path / "small.png")
    cell = write_cell(simulate_cell(seed=1), tmp_path / "cell")
    crop = max(cell, key=lambda one: one.image.shape[0])
    canvas = np.full((300, 300), 255, np.uint8)
    canvas[100 : 100 + crop.image.shape[0], 100 : 100 + crop.image.shape[1]] = crop.image
    Image.fromarray(canvas).save(tmp_path / "one.png")
    with pytest.raises(ReadError, match="single object"):
        read_spread(tmp_path / "one.png")


def test_a_karyogram_is_told_from_a_spread(tmp_path: Path) -> None:
    cell = simulate_cell(seed=2)
    page = np.full((600, 700), 255, np.uint8)
    ordered = sorted(cell, key=lambda one: -one.image.shape[0])
    for row in range(4):
        left = 20
        for one in ordered[12 * row : 12 * row + 12]:
            height, width = one.image.shape
            bottom = 140 * row + 130
            page[bottom - height : bottom, left : left + width] = one.image
            left += 54
    Image.fromarray(page).save(tmp_path / "page.png")
    assert what_is_shown(tmp_path / "page.png") is PictureKind.KARYOGRAM


def test_folders_of_photographs(tmp_path: Path) -> None:
    one = write_spread(tmp_path / "P1" / "a.png", labels=True)
    two = write_spread(tmp_path / "P1" / "b.tif", "Q")
    assert photographs_of(tmp_path / "P1") == ([one, two], [])
    assert photographs_of(one) == ([one], [])
    cell = tmp_path / "cell"
    write_cell(simulate_cell(seed=1), cell)
    assert photographs_of(cell) == ([], [])
    write_spread(cell / "spread.png")
    assert photographs_of(cell) == ([], [])
    assert photographs_of(tmp_path / "nowhere") == ([], [])


@pytest.mark.parametrize(
    ("stain", "others"),
    [
        ("dapi", ("cy3", "fitc", "Cy5.5", "texas red")),
        ("DAPI", ("SpectrumAqua", "gold", "far-red")),
        ("ch02", ("ch00", "ch01")),
    ],
)
def test_of_files_of_one_spread_in_several_dyes_the_stain_is_read(
    tmp_path: Path, stain: str, others: tuple[str, ...]
) -> None:
    """As programs for M-FISH leave a patient: paints show some of the chromosomes, or none."""
    folder, drawn = tmp_path / "P1", draw_spread("Q")
    spreads = [write_spread(folder / f"{name}_{stain}.png", "Q") for name in ("A1", "A2")]
    rng = np.random.default_rng(5)
    for name in ("A1", "A2"):
        for number, dye in enumerate(others):
            painted = np.where(drawn.painted % len(others) == number, drawn.image, 8)
            noisy = np.clip(painted * 0.6 + rng.normal(0, 9, painted.shape), 0, 255)
            path = folder / f"{name}_{dye}.png"
            if number:
                Image.fromarray(noisy.astype(np.uint8)).save(path)
            else:
                # One in the colour that it is shown in.
                colour = np.zeros((*painted.shape, 3), np.uint8)
                colour[..., 1] = noisy
                Image.fromarray(colour).save(path)
    photographs, remarks = photographs_of(folder)
    assert photographs == spreads
    (said,) = remarks
    assert not said.left_out
    assert f"A1_{others[1]}.png" in said.what
    assert f"read: A1_{stain}.png, A2_{stain}.png." in said.remedy


def test_a_dye_of_another_size_is_another_photograph(tmp_path: Path) -> None:
    one = write_spread(tmp_path / "A1_dapi.png", "Q")
    other = tmp_path / "A1_fitc.png"
    Image.fromarray(draw_spread("Q").image[:, :-40]).save(other)
    assert photographs_of(tmp_path) == ([one, other], [])
    two = write_spread(tmp_path / "P2" / "B1_cy3.png", "Q")
    three = write_spread(tmp_path / "P2" / "B2_dapi.png", "Q")
    assert photographs_of(tmp_path / "P2") == ([two, three], [])


def test_label_images_beside_a_photograph(tmp_path: Path) -> None:
    photograph = write_spread(tmp_path / "A1_dapi.png", "Q")
    assert find_label_image(photograph) is None
    for dtype in (np.uint8, np.uint16, np.uint32):
        path = tmp_path / "A1_labels.tif"
        tifffile.imwrite(path, draw_spread("Q").labels.astype(dtype))
        assert find_label_image(photograph) == path
        assert (read_label_image(path) == draw_spread("Q").labels).all()
        assert not tells_classes(path)
        path.unlink()
    classes = tmp_path / "A1_classes.png"
    Image.fromarray(draw_spread("Q").painted).save(classes)
    assert find_label_image(photograph) is None
    assert tells_classes(classes)
    assert photographs_of(tmp_path) == ([photograph], [])
    painted = Image.fromarray(draw_spread("Q").painted)
    painted.putpalette([value * 37 % 256 for value in range(768)])
    painted.save(classes)
    assert (read_label_image(classes) == draw_spread("Q").painted).all()


def test_a_photograph_is_no_label_image(tmp_path: Path) -> None:
    path = tmp_path / "noise_labels.tif"
    noise = np.random.default_rng(0).integers(0, 60000, (100, 100)).astype(np.uint16)
    tifffile.imwrite(path, noise)
    with pytest.raises(ReadError, match="more numbers"):
        read_label_image(path)
    tifffile.imwrite(path, np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20))
    with pytest.raises(ReadError, match="not whole"):
        read_label_image(path)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("archive", "ending", "kind", "polarity"),
    [
        ("raw_spreads", ".jpg", PictureKind.SPREAD, Polarity.DARK),
        ("q_spreads", ".png", PictureKind.SPREAD, Polarity.BRIGHT),
        ("mfish", "_dapi.png", PictureKind.SPREAD, Polarity.BRIGHT),
        ("g_band_spreads", "metaphase.png", PictureKind.SPREAD, Polarity.DARK),
        ("g_band_spreads", "karyogram.png", PictureKind.KARYOGRAM, None),
        ("g_band", ".png", PictureKind.CROP, None),
        ("q_band", ".png", PictureKind.CROP, None),
    ],
)
def test_real_pictures_are_told(
    data_root: Path, archive: str, ending: str, kind: PictureKind, polarity: Polarity | None
) -> None:
    with zipfile.ZipFile(data_root / f"{archive}.zip") as file:
        names = sorted(name for name in file.namelist() if name.endswith(ending))
        for name in names[:: max(1, len(names) // 12)]:
            grey = np.asarray(Image.open(io.BytesIO(file.read(name))).convert("L"))
            assert find_kind(grey) is kind, name
            if polarity is not None:
                assert find_spread_polarity(grey) is polarity, name
