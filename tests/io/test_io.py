"""Reading crops, cells and patients from drawn files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy import ndimage
from small import bar

from napari_karyo.cell import Cell, Chromosome, Polarity, Problem
from napari_karyo.errors import ExportError
from napari_karyo.io.cells import (
    is_cell_folder,
    is_patient_folder,
    read_cell,
    read_patient,
    write_cell,
)
from napari_karyo.io.images import read_image
from napari_karyo.io.names import expected_class, natural_key
from napari_karyo.io.polarity import find_polarity, on_paper
from napari_karyo.simulation.sample import simulate_cell

GREY = bar(40, (5, 20))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff"])
def test_grey_comes_back_as_it_was(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(GREY).save(path)
    ((name, image),) = read_image(path)
    assert name == path.name
    assert image.dtype == np.uint8
    assert np.array_equal(image, GREY)


def test_jpeg_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(GREY).save(path, quality=95)
    assert np.abs(read_image(path)[0][1].astype(int) - GREY).max() < 30


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_colour_and_transparency_become_grey(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(GREY).convert(mode).save(path)
    assert np.abs(read_image(path)[0][1].astype(int) - GREY).max() <= 1


def test_black_and_white_becomes_grey(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(GREY > 100).save(path)
    assert set(np.unique(read_image(path)[0][1])) == {0, 255}


def test_sixteen_bits_are_kept(tmp_path: Path) -> None:
    deep = GREY.astype(np.uint16) * 200
    for suffix in (".tif", ".png"):
        path = tmp_path / f"a{suffix}"
        tifffile.imwrite(path, deep) if suffix == ".tif" else Image.fromarray(deep).save(path)
        image = read_image(path)[0][1]
        assert image.dtype == np.uint16
        assert np.array_equal(image, deep)


@pytest.mark.parametrize("scale", [1 / 255, 1.0, 100.0])
def test_float_tiffs_are_scaled(tmp_path: Path, scale: float) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY.astype(np.float32) * np.float32(scale))
    image = read_image(path)[0][1]
    assert image.dtype == np.uint16
    assert np.corrcoef(image.ravel(), GREY.ravel())[0, 1] > 0.9999


def test_a_tiff_where_white_is_zero_is_inverted(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY, photometric="miniswhite")
    assert np.array_equal(read_image(path)[0][1], 255 - GREY)


def test_each_page_of_a_stack_is_a_chromosome(tmp_path: Path) -> None:
    path = tmp_path / "cell.tif"
    with tifffile.TiffWriter(path) as file:
        for rows in (40, 30, 20):
            file.write(bar(rows, (4,)))
    cell = read_cell(path)
    assert [item.name for item in cell] == ["cell.tif[0]", "cell.tif[1]", "cell.tif[2]"]
    assert [item.image.shape[0] for item in cell] == [52, 42, 32]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("12_1.png", "12"),
        ("1 10a.bmp", "10"),
        ("3 Xb.bmp", "X"),
        ("clase7_0_3.tiff", "7"),
        ("3_1.ome.tif", "3"),
        ("X_2.OME.TIFF", "X"),
        ("ome.tif", None),
        ("X_2.png", "X"),
        ("y-1.png", "Y"),
        ("chr7.png", "7"),
        ("chromosome 21.tif", "21"),
        ("07_2.png", "7"),
        ("23_1.png", "X"),
        ("24_1.png", "Y"),
        ("25_1.png", None),
        ("12.png", None),
        ("cell3.png", None),
        ("IMG_0001.tif", None),
        ("metaphase.png", None),
        (".png", None),
    ],
)
def test_the_class_in_a_name(name: str, label: str | None) -> None:
    assert expected_class(name) == label


def test_names_are_sorted_as_people_count() -> None:
    names = ["10_1", "2_1", "X_1", "1_2", "1_10"]
    assert sorted(names, key=natural_key) == ["1_2", "1_10", "2_1", "10_1", "X_1"]


def save_cell(folder: Path, names: list[str], dark: bool = False) -> Path:
    folder.mkdir(parents=True)
    for number, name in enumerate(names):
        image = bar(30 + number, (5,))
        Image.fromarray(255 - image if dark else image).save(folder / name)
    return folder


@pytest.mark.parametrize("dark", [False, True])
def test_a_folder_is_a_cell(tmp_path: Path, dark: bool) -> None:
    folder = save_cell(tmp_path / "cell 7", ["10_1.png", "2_1.png", "X_1.png"], dark)
    for extra in (".DS_Store", "Thumbs.db"):
        (folder / extra).write_bytes(b"x")
    cell = read_cell(folder)
    assert cell.name == "cell 7"
    assert [item.expected for item in cell] == ["2", "10", "X"]
    assert cell.polarity is (Polarity.DARK if dark else Polarity.BRIGHT)
    assert cell.problems == ()
    assert is_cell_folder(folder)
    assert not is_patient_folder(folder)


def test_the_polarity_may_be_set(tmp_path: Path) -> None:
    folder = save_cell(tmp_path / "cell", ["1_1.png"])
    assert read_cell(folder, Polarity.DARK).polarity is Polarity.DARK


def test_a_table_wins_over_names(tmp_path: Path) -> None:
    folder = save_cell(tmp_path / "cell", ["1_1.png", "2_1.png", "c.png"])
    (folder / "labels.csv").write_text("File;x\n")
    assert "no row" not in str(read_cell(folder).problems)
    (folder / "labels.csv").write_text("File,Class\n1_1.png,9\nsub\\c.png,y\n2_1.png,99\n")
    cell = read_cell(folder)
    assert [item.expected for item in cell] == ["9", "2", "Y"]
    assert "99" in str(cell.problems[0])


def test_a_folder_of_cells_is_a_patient(tmp_path: Path) -> None:
    for number in (10, 2):
        save_cell(tmp_path / "patient" / f"cell {number}", ["1_1.png"])
    (tmp_path / "patient" / "notes").mkdir()
    (tmp_path / "patient" / "notes" / "a.txt").write_text("-")
    patient = read_patient(tmp_path / "patient")
    assert [cell.name for cell in patient.cells] == ["cell 2", "cell 10"]
    assert [problem.file for problem in patient.problems] == ["notes"]
    assert is_patient_folder(tmp_path / "patient")


def test_a_single_cell_is_a_patient_too(tmp_path: Path) -> None:
    folder = save_cell(tmp_path / "cell", ["1_1.png"])
    assert [cell.name for cell in read_patient(folder).cells] == ["cell"]


def test_the_majority_of_the_crops_decides_the_polarity() -> None:
    bright = [bar(40, (5,)) for _ in range(5)]
    tight = bar(40, (5,))[6:-6, 7:-7]
    assert find_polarity([*bright, tight, np.zeros((9, 9))]) is Polarity.BRIGHT
    assert find_polarity([255 - image for image in (*bright, tight)]) is Polarity.DARK
    assert find_polarity([]) is Polarity.DARK


def test_a_cell_is_written_and_read_back(tmp_path: Path) -> None:
    deep = GREY.astype(np.uint16) * 256
    names = (("a", "7"), ("b", "7"), ("c", None))
    # Of equal pictures one is counted.
    shown = (np.roll(deep, 9, axis=0), np.flipud(np.roll(deep, 4, axis=1)), deep)
    cell = Cell(
        "cell",
        tuple(
            Chromosome(name, image, None, label)
            for (name, label), image in zip(names, shown, strict=True)
        ),
        Polarity.BRIGHT,
    )
    written = write_cell(cell, tmp_path / "out")
    assert [item.name for item in written] == ["7_1.png", "7_2.png", "unknown_1.png"]
    again = read_cell(tmp_path / "out")
    assert [item.expected for item in again] == ["7", "7", None]
    assert np.array_equal(again.chromosomes[2].image, deep)
    with pytest.raises(ExportError, match="there already"):
        write_cell(cell, tmp_path / "out")


def see_through(cell: Cell) -> list[np.ndarray]:
    """Return a cell's crops cut out: transparent where no chromosome is."""
    from napari_karyo.preprocessing.foreground import bright_on_black, foreground

    pictures = []
    for item in cell:
        mask = foreground(bright_on_black(item.image, cell.polarity))
        grey = np.repeat(item.image[..., None], 3, axis=-1)
        pictures.append(np.concatenate([grey, mask[..., None].astype(np.uint8) * 255], axis=-1))
    return pictures


@pytest.mark.parametrize("stain", ["G", "Q"])
def test_cut_outs_lie_on_the_paper_of_their_stain(tmp_path: Path, stain: str) -> None:
    cell = simulate_cell("46,XY", seed=3, stain=stain)
    for item, pixels in zip(cell, see_through(cell), strict=True):
        Image.fromarray(pixels).save(tmp_path / item.name)
    again = read_cell(tmp_path)
    assert again.polarity is cell.polarity
    originals = {item.name: item.image for item in cell}
    for item in again:
        assert not isinstance(item.image, np.ma.MaskedArray)
        paper = 255 if cell.polarity is Polarity.DARK else 0
        assert item.image[0, 0] == paper or originals[item.name][0, 0] != paper
    # The person's word decides the paper too.
    other = Polarity.BRIGHT if cell.polarity is Polarity.DARK else Polarity.DARK
    assert read_cell(tmp_path, other).polarity is other


def test_one_deep_crop_among_shallow_ones_costs_none(tmp_path: Path) -> None:
    from napari_karyo.preprocessing.prepare import stand_upright

    cell = simulate_cell("46,XY", seed=3, stain="G")
    for number, item in enumerate(cell):
        if number:
            Image.fromarray(item.image).save(tmp_path / item.name)
        else:
            deep = item.image.astype(np.uint16) * 16
            tifffile.imwrite(tmp_path / item.name.replace(".png", ".tif"), deep)
    again = read_cell(tmp_path)
    assert {item.image.dtype for item in again} == {np.dtype(np.uint8)}
    kept, _ = stand_upright(again)
    assert len(kept) == 46
    assert not kept.problems


def test_a_hot_pixel_does_not_darken_a_deep_cell(tmp_path: Path) -> None:
    cell = simulate_cell("46,XY", seed=3, stain="Q")
    for number, item in enumerate(cell):
        deep = item.image.astype(np.uint16) * 16
        if not number:
            deep[0, 0] = 65535
        tifffile.imwrite(tmp_path / item.name.replace(".png", ".tif"), deep)
    assert read_cell(tmp_path).white < 4096


def test_a_bad_page_costs_only_itself(tmp_path: Path) -> None:
    pages = [np.full((30, 20), 255, np.uint8) for _ in range(4)]
    for number in (0, 1, 3):
        pages[number][5:25, 6:14] = 90
        pages[number][6 + 5 * number : 9 + 5 * number, 6:14] = 20
    pages[2][:] = 0
    tifffile.imwrite(tmp_path / "stack.tif", np.stack(pages), photometric="minisblack")
    cell = read_cell(tmp_path / "stack.tif")
    assert [item.name for item in cell] == ["stack.tif[0]", "stack.tif[1]", "stack.tif[3]"]
    (problem,) = cell.problems
    assert problem.file == "stack.tif[2]"
    assert "all black" in problem.what


def test_an_overview_picture_does_not_hide_the_cells(tmp_path: Path) -> None:
    for name in ("cell 1", "cell 2"):
        write_cell(simulate_cell("23,X", seed=1, name=name), tmp_path / "p" / name)
    Image.fromarray(np.arange(2500, dtype=np.uint8).reshape(50, 50)).save(
        tmp_path / "p" / "metaphase.png"
    )
    assert is_patient_folder(tmp_path / "p")
    assert not is_cell_folder(tmp_path / "p")
    patient = read_patient(tmp_path / "p")
    assert [len(cell) for cell in patient.cells] == [23, 23]
    assert [problem.file for problem in patient.problems] == ["metaphase.png"]
    # A folder of a few thumbnails within a cell makes no patient of it.
    write_cell(simulate_cell("23,X", seed=1), tmp_path / "p" / "cell 1" / "half" / "deeper")
    assert is_cell_folder(tmp_path / "p" / "cell 1")


@pytest.mark.parametrize("kind", [DeprecationWarning, PendingDeprecationWarning, FutureWarning])
def test_a_decoder_that_will_change_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Warning]
) -> None:
    import warnings

    from napari_karyo.io import decode

    path = tmp_path / "1_1.png"
    Image.fromarray(np.arange(900, dtype=np.uint8).reshape(30, 30)).save(path)
    real = Image.open

    def warned(*given: Any, **named: Any) -> Image.Image:
        warnings.warn("this will be gone", kind, stacklevel=2)
        return real(*given, **named)

    monkeypatch.setattr(decode.Image, "open", warned)
    assert len(decode.decode(path)) == 1


def shrunk_or_grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    if pixels < 0:
        return ndimage.binary_erosion(mask, iterations=-pixels)
    return ndimage.binary_dilation(mask, iterations=pixels) if pixels else mask


@pytest.mark.parametrize("margin", [-1, 0, 3, 20])
@pytest.mark.parametrize("stain", ["G", "Q"])
def test_cut_outs_tight_and_wide_show_their_stain(stain: str, margin: int) -> None:
    from napari_karyo.preprocessing.prepare import stand_upright

    for seed in range(4):
        cell = simulate_cell("46,XY", seed=seed, stain=stain)
        paper = 255 if cell.polarity is Polarity.DARK else 0
        cut = []
        for item, pixels in zip(cell, see_through(cell), strict=True):
            wide = np.pad(item.image, 25, constant_values=paper)
            opaque = shrunk_or_grown(np.pad(pixels[..., 3] > 0, 25), margin)
            cut.append(np.ma.MaskedArray(wide, ~opaque))
        found = find_polarity(cut)
        assert found is cell.polarity, seed
        laid = [Chromosome(str(n), on_paper(image, found)) for n, image in enumerate(cut)]
        assert len(stand_upright(Cell("cut", tuple(laid), found))[0]) == 46


def test_a_hot_pixel_is_not_the_paper_of_deep_cut_outs(tmp_path: Path) -> None:
    cell = simulate_cell("46,XY", seed=3, stain="G")
    for number, (item, pixels) in enumerate(zip(cell, see_through(cell), strict=True)):
        deep = pixels.astype(np.uint16) * 16
        deep[..., 3] = pixels[..., 3].astype(np.uint16) * 257
        if not number:
            row, column = np.argwhere(pixels[..., 3])[40]
            deep[row, column, :3] = 65535
        tifffile.imwrite(
            tmp_path / item.name.replace(".png", ".tif"),
            deep,
            photometric="rgb",
            extrasamples=["unassalpha"],
        )
    again = read_cell(tmp_path)
    assert again.polarity is Polarity.DARK
    assert again.white == 4095


@pytest.mark.parametrize("depth", [1, 4, 16, 64, 256])
@pytest.mark.parametrize("stain", ["G", "Q"])
def test_a_deep_crop_is_as_bright_as_its_shallow_neighbours(stain: str, depth: int) -> None:
    cell = simulate_cell("46,XY", seed=3, stain=stain)
    first = cell.chromosomes[0]
    deep = replace(first, image=first.image.astype(np.uint16) * depth)
    # However the cell came to be, from files or from a program.
    mixed = replace(cell, chromosomes=(deep, *cell.chromosomes[1:]))
    image = mixed.chromosomes[0].image
    assert image.dtype == np.uint8
    assert mixed.white == 255
    assert np.abs(image.astype(int) - first.image).max() <= 2
    assert mixed.chromosomes[1:] == cell.chromosomes[1:]


@pytest.mark.parametrize("stain", ["G", "Q"])
def test_the_contact_sheet_shows_mixed_depths_alike(stain: str) -> None:
    from napari_karyo.gui.canvas.contact_sheet import contact_sheet

    cell = simulate_cell("46,XY", seed=3, stain=stain)
    last = cell.chromosomes[-1]
    deep = replace(last, image=last.image.astype(np.uint16) * 16)
    mixed = replace(cell, chromosomes=(*cell.chromosomes[:-1], deep))
    sheet = contact_sheet(mixed)
    assert sheet.dtype == np.uint8
    assert np.abs(sheet.astype(int) - contact_sheet(cell)).max() <= 2


def test_an_overview_beside_cells_of_one_stack_each_does_not_hide_them(tmp_path: Path) -> None:
    pages = [bar(40, (start, start + 12)) for start in (2, 9, 16)]
    for number in (1, 2):
        folder = tmp_path / f"cell {number}"
        folder.mkdir()
        tifffile.imwrite(folder / "cell.tif", np.stack(pages), photometric="minisblack")
    Image.fromarray(GREY).save(tmp_path / "metaphase.png")
    patient = read_patient(tmp_path)
    assert [len(cell) for cell in patient.cells] == [3, 3]
    assert [problem.file for problem in patient.problems] == ["metaphase.png"]
    assert is_patient_folder(tmp_path)


def test_a_folder_within_a_cell_is_never_passed_over_silently(tmp_path: Path) -> None:
    folder = save_cell(tmp_path / "cell", ["1_1.png", "1_2.png", "2_1.png"])
    save_cell(folder / "karyogram", ["karyogram.png"])
    assert is_cell_folder(folder)
    cell = read_cell(folder)
    assert len(cell) == 3
    (problem,) = cell.problems
    assert problem.file == "karyogram"


def test_a_page_of_a_stack_has_no_class_even_where_it_is_the_last_one(tmp_path: Path) -> None:
    pages = np.stack([GREY, np.zeros_like(GREY)])
    tifffile.imwrite(tmp_path / "12_1.tif", pages, photometric="minisblack")
    (item,) = read_cell(tmp_path / "12_1.tif")
    assert item.name == "12_1.tif[0]"
    assert item.expected is None


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_compressed_stacks_are_read(tmp_path: Path, compression: str, dtype: type) -> None:
    pages = [bar(rows, (4,)).astype(dtype) * dtype(np.iinfo(dtype).max // 255) for rows in (40, 30)]
    first, second = (Image.fromarray(page) for page in pages)
    path = tmp_path / "a.tif"
    first.save(path, save_all=True, append_images=[second], compression=compression)
    for (_, image), page in zip(read_image(path), pages, strict=True):
        assert image.dtype == dtype
        assert np.array_equal(image, page)


def test_remarks_are_not_told_as_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_karyo.gui import notices
    from napari_karyo.gui.notices import tell_problems

    told: list[str] = []
    monkeypatch.setattr(notices, "show_warning", told.append)
    remark = Problem("p", "the folder holds 300 crops.", "All are kept.", left_out=False)
    tell_problems("p", [])
    assert told == []
    tell_problems("p", [remark])
    assert "left out" not in told[-1]
    assert "everything was read" in told[-1]
    assert "300 crops" in told[-1]
    tell_problems("p", [remark, Problem("a.png", "the file is empty.", "Copy it again.")])
    assert "p: 1 file left out" in told[-1]
