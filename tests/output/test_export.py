"""What comes out: pictures with their resolution, tables, and no half-written files."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.classified.heading import heading_of
from napari_karyo.errors import ExportError
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import PAGE_HEIGHT, PAGE_WIDTH, SCREEN_DPI
from napari_karyo.karyogram.style import DARK, LIGHT, Style
from napari_karyo.karyotype import Karyotype
from napari_karyo.output.csv_table import COLUMNS
from napari_karyo.output.export import ExportOptions, export
from napari_karyo.output.files import FORMATS, export_file
from napari_karyo.output.paper import A4, LETTER, Paper
from napari_karyo.output.pictures import picture


def test_the_export_at_the_screens_scale_is_the_screen(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    # The screen: composed once, then updated after each edit.
    composer = Composer(classification)
    canvas = composer.compose(
        composer.layout.page(karyotype.state, heading_of(classification, karyotype))
    )
    karyotype.changed.connect(
        lambda change: composer.update(
            canvas,
            composer.layout.page(karyotype.state, heading_of(classification, karyotype)),
            change.touched,
        )
    )
    karyotype.move([2], "22")
    karyotype.turn([0])
    karyotype.move([3], TRAY)
    karyotype.undo()
    for name in ("screen.png", "screen.tif"):
        (path,) = export(
            ClassifiedCell(classification, karyotype),
            tmp_path / name,
            ExportOptions(dpi=SCREEN_DPI),
        )
        with Image.open(path) as file:
            assert np.array_equal(np.asarray(file), canvas)


@pytest.mark.parametrize("dpi", [72, 300])
def test_a_png_knows_its_resolution(
    classification: Classification, karyotype: Karyotype, tmp_path: Path, dpi: int
) -> None:
    (path,) = export(
        ClassifiedCell(classification, karyotype),
        tmp_path / "k.PNG",
        ExportOptions(dpi=dpi, title="Patient 3"),
    )
    with Image.open(path) as file:
        assert file.format == "PNG"
        assert file.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
        assert file.width == round(297 / 25.4 * dpi)
        assert file.height == round(210 / 25.4 * dpi)
        assert "Patient 3. Cell cell_7 (simulated)." in file.info["Description"]
        assert karyotype.iscn in file.info["Description"]


def test_a_tiff_knows_its_resolution(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    (path,) = export(
        ClassifiedCell(classification, karyotype), tmp_path / "k.tiff", ExportOptions(dpi=200)
    )
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].tags
        across, down = tags["XResolution"].value, tags["YResolution"].value
        assert across[0] / across[1] == down[0] / down[1] == 200
        assert tags["ResolutionUnit"].value == 2
        assert "for research use" in tags["ImageDescription"].value
        pixels = file.asarray()
    assert np.array_equal(
        pixels, picture(ClassifiedCell(classification, karyotype), ExportOptions(dpi=200))
    )


def test_the_style_can_be_chosen(classification: Classification, karyotype: Karyotype) -> None:
    assert tuple(
        picture(ClassifiedCell(classification, karyotype), ExportOptions(dpi=SCREEN_DPI))[0, 0]
    ) == (255, 255, 255)
    assert tuple(
        picture(
            ClassifiedCell(classification, karyotype), ExportOptions(dpi=SCREEN_DPI, style=DARK)
        )[0, 0]
    ) == (0, 0, 0)


@pytest.mark.parametrize("name", ["k.jpg", "k", "k.png.xyz"])
def test_an_unknown_ending_names_those_that_are_known(
    classification: Classification, karyotype: Karyotype, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ExportError, match=r"\.png, \.tif, \.tiff"):
        export(ClassifiedCell(classification, karyotype), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_every_ending_is_named_where_none_fits(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    with pytest.raises(ExportError) as caught:
        export(ClassifiedCell(classification, karyotype), tmp_path / "k.jpg")
    assert all(ending in str(caught.value) for ending in FORMATS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", FORMATS)
def test_the_names_end_chooses_the_format(
    classification: Classification, karyotype: Karyotype, tmp_path: Path, ending: str
) -> None:
    (path,) = export(
        ClassifiedCell(classification, karyotype),
        tmp_path / f"k{ending.upper()}",
        ExportOptions(dpi=72),
    )
    starts = {
        ".png": b"\x89PNG",
        ".svg": b"<?xml",
        ".pdf": b"%PDF",
        ".csv": b"file,",
        ".json": b"{",
    }
    assert path.read_bytes().startswith(starts.get(ending, b"II*"))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("paper", [A4, LETTER])
@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_a_picture_on_paper_keeps_its_margins(
    classification: Classification, karyotype: Karyotype, paper: Paper, style: Style
) -> None:
    pixels = picture(
        ClassifiedCell(classification, karyotype), ExportOptions(dpi=150, style=style, paper=paper)
    )
    across, down = max(paper.width_mm, paper.height_mm), min(paper.width_mm, paper.height_mm)
    assert pixels.shape == (round(down / 25.4 * 150), round(across / 25.4 * 150), 3)
    drawn = (pixels != style.paper).any(axis=2)
    margin = int(10 / 25.4 * 150) - 2
    inner = drawn[margin:-margin, margin:-margin]
    assert inner.sum() == drawn.sum() > 0
    # As large as it goes: it reaches from margin to margin one way or the other.
    rows, columns = inner.any(axis=1).nonzero()[0], inner.any(axis=0).nonzero()[0]
    spare_rows = len(inner) - (rows[-1] - rows[0])
    spare_columns = inner.shape[1] - (columns[-1] - columns[0])
    assert min(spare_rows, spare_columns) < 20


@pytest.mark.parametrize("dpi", [0, 71, 1201, float("nan"), -300])
def test_a_resolution_out_of_range_is_refused(
    classification: Classification, karyotype: Karyotype, tmp_path: Path, dpi: float
) -> None:
    with pytest.raises(ExportError, match="72 to 1200"):
        export(
            ClassifiedCell(classification, karyotype), tmp_path / "k.png", ExportOptions(dpi=dpi)
        )
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    for path in (tmp_path / "none" / "k.png", tmp_path / "none" / "k.csv"):
        with pytest.raises(ExportError, match="none does not exist"):  # noqa: PT012
            if path.suffix == ".png":
                export(ClassifiedCell(classification, karyotype), path)
            else:
                export(ClassifiedCell(classification, karyotype), path)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ExportError, match="this is a folder"):
        export(ClassifiedCell(classification, karyotype), tmp_path / "folder.png")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere"
)
def test_a_folder_that_cannot_be_written_to(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(ExportError, match="could not be written"):
            export(ClassifiedCell(classification, karyotype), tmp_path / "k.csv")
    finally:
        tmp_path.chmod(0o755)


def test_a_failure_half_way_leaves_the_old_file_and_no_scraps(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ExportError, match="No space left") as caught, export_file(path) as stream:  # noqa: PT012
        stream.write(b"half")
        raise OSError(28, "No space left on device")
    assert caught.value.path == path
    with pytest.raises(KeyboardInterrupt), export_file(path) as stream:
        raise KeyboardInterrupt
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_picture_is_replaced_whole(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    path = tmp_path / "k.png"
    path.write_bytes(b"not a picture" * 1_000_000)
    export(ClassifiedCell(classification, karyotype), path, ExportOptions(dpi=SCREEN_DPI))
    with Image.open(path) as file:
        assert file.size == (PAGE_WIDTH, PAGE_HEIGHT)
    assert list(tmp_path.iterdir()) == [path]


def test_the_table_has_the_models_choice_beside_the_slot(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    karyotype.move([2], "22")
    karyotype.turn([0])
    karyotype.who = "AB"
    karyotype.move([3], MARKERS)
    karyotype.review([1])
    (path,) = export(ClassifiedCell(classification, karyotype), tmp_path / "k.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert COLUMNS[12] == "p_1"
    assert {row["light"] for row in rows} <= {"sure", "look", "doubtful"}
    assert COLUMNS[-3:] == ("p_22", "p_X", "p_Y")
    assert [row["file"] for row in rows] == [f"crop {number}.png" for number in range(4)]
    assert [row["predicted"] for row in rows] == ["1", "1", "21", "X"]
    assert [row["assigned"] for row in rows] == ["1", "1", "22", MARKERS]
    assert [row["turned"] for row in rows] == ["yes", "no", "no", "no"]
    assert [row["corrected"] for row in rows] == ["yes", "no", "yes", "yes"]
    assert [row["reviewed"] for row in rows] == ["no", "yes", "no", "no"]
    assert [row["marker"] for row in rows] == ["no", "no", "no", "yes"]
    assert [row["edited_by"] for row in rows] == ["", "AB", "", "AB"]
    for row, index in zip(rows, range(4), strict=True):
        edit = karyotype.last_edit_of(index)
        assert edit is not None
        assert datetime.fromisoformat(row["edited_at"]) == edit.time.replace(microsecond=0)
    assert heading_of(classification, karyotype).corrected_by == ("AB",)
    for row, expected, best in zip(
        rows, classification.probabilities, classification.confidence, strict=True
    ):
        given = [float(row[f"p_{name}"]) for name in CLASSES]
        assert given == pytest.approx(expected.tolist(), abs=1e-6)
        assert float(row["confidence"]) == pytest.approx(float(best), abs=1e-6)


def test_the_page_counts_doubtful_ones_that_nobody_has_looked_at(
    classification: Classification, karyotype: Karyotype
) -> None:
    heading = heading_of(classification, karyotype)
    assert (heading.doubtful, heading.simulated, heading.cell) == (("21",), True, "cell_7")
    assert heading.iscn == karyotype.iscn
    karyotype.review([2])
    assert heading_of(classification, karyotype).doubtful == ()
    karyotype.undo()
    karyotype.move([2], "22")
    assert heading_of(classification, karyotype).doubtful == ()
    karyotype.undo()
    karyotype.move([0, 1, 2, 3], TRAY)
    assert heading_of(classification, karyotype).doubtful == ()
