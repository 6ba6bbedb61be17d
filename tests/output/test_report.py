"""The one-page report: all that it must say, and never beyond its page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader
from reading_back import SVG, embedded_fonts, flat, pdf_letters, pdf_pieces, svg_root, svg_texts

from napari_karyo import __version__
from napari_karyo.cell import Cell, Chromosome, Polarity, Problem
from napari_karyo.classes import AUTOSOMES
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import ExportError
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.lettering import text_width
from napari_karyo.output.cell_page import description
from napari_karyo.output.export import ExportOptions, export
from napari_karyo.output.paper import A4, LETTER, POINTS_PER_MM, Paper
from napari_karyo.output.report import write_report
from napari_karyo.output.report_content import ReportContent, report_of
from napari_karyo.worksheet import CaseWorksheet, CellWorksheet

MARGIN = 10 * POINTS_PER_MM
WHEN = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


PLAIN = ExportOptions()


def export_report(content: ReportContent, path: Path, paper: Paper = A4) -> Path:
    """Write a report; return its file."""
    with path.open("wb") as stream:
        write_report(stream, path.suffix, content, paper)
    return path


@pytest.fixture
def cell(classification: Classification, karyotype: Karyotype) -> ClassifiedCell:
    problems = tuple(Problem(f"{n}.png", "is empty.", "Copy it again.") for n in range(9))
    given = replace(
        classification,
        cell=replace(classification.cell, problems=problems),
        model="default",
        model_hash="0123456789abcdef" * 4,
    )
    return ClassifiedCell(given, karyotype)


@pytest.fixture
def content(cell: ClassifiedCell) -> ReportContent:
    other = replace(
        cell.classification,
        cell=replace(cell.classification.cell, name="cell_8", problems=(), simulated=False),
    )
    second = Karyotype(("1", "1", "21", "X"), names=cell.karyotype.names, who="AB")
    second.move([2], "22")
    second.mark("analysed")
    second.write_iscn("46,XX,t(9;22)(q34;q11.2)")
    second.annotate("two lie crossed")
    second.sign("reviewed")
    second.who = "CD"
    second.sign("confirmed")
    return report_of(
        [cell, ClassifiedCell(other, second)], ExportOptions(laboratory="Labor Köln"), date=WHEN
    )


def test_the_report_says_what_it_must(content: ReportContent, tmp_path: Path) -> None:
    path = export_report(content, tmp_path / "r.pdf")
    letters = pdf_letters(path)
    for words in (
        "Karyotype report",
        "Labor Köln",
        "2026-03-04 05:06 UTC",
        "Proposed karyotype, by the program",
        content.karyotype,
        "Cell cell_7: simulated",
        "Cell cell_7: 1 doubtful chromosome not reviewed: 21",
        "9 files left out: 0.png, 1.png, 2.png, 3.png, 4.png, 5.png and 3 more",
        "46,XX,t(9;22)(q34;q11.2) (by hand)",
        "Cell cell_7: not reviewed, not confirmed",
        "Cell cell_8: reviewed by AB,",
        "confirmed by CD,",
        "1 chromosome corrected by hand by AB",
        "Note on cell cell_8: two lie crossed",
        "Model default, SHA-256 0123456789ab",
        f"napari-karyo {__version__}",
        "Proposal, for research use",
    ):
        assert flat(words) in letters, words
    assert "0123456789abc" not in letters
    texts = {flat(text) for text in svg_texts(export_report(content, tmp_path / "r.svg"))}
    assert "Proposedkaryotype,bytheprogram" in texts
    assert "LaborKöln" in texts


def clones_of(classification: Classification) -> list[ClassifiedCell]:
    """Return five cells of a marrow: two of a clone that gained 8 and lost Y, three normal."""
    sheet = CaseWorksheet(
        specimen="marrow",
        banding="GTG",
        bands="400",
        bands_by="estimated",
        microscope="neither",
        reason="Pancytopenia",
    )
    cells = []
    whole = [*(name for name in AUTOSOMES for _ in range(2)), "X", "Y"]
    changed = [*whole, "8", "9"]
    crops = tuple(
        Chromosome(f"{n}.png", classification.cell.chromosomes[2].image) for n in range(48)
    )
    for number, slots in enumerate([whole, changed, changed, whole, whole]):
        some = slice(0, len(slots))
        found = replace(
            classification,
            cell=Cell(f"cell_{number}", crops[some], Polarity.DARK),
            probabilities=np.repeat(classification.probabilities[:1], len(slots), axis=0),
            uprights=(classification.uprights[2],) * len(slots),
            **{
                name: np.repeat(getattr(classification, name)[:1], len(slots), axis=0)
                for name in (
                    "p_arm_up",
                    "attention",
                    "inputs",
                    "input_grids",
                    "scales",
                    "foreign",
                    "strange",
                )
            },
        )
        karyotype = Karyotype(slots, who="AB")
        karyotype.mark("karyotyped" if number < 2 else "counted")
        karyotype.write_worksheet(CellWorksheet(slide="7", stage=f"10{number}.5/14.3"))
        cells.append(ClassifiedCell(found, karyotype, worksheet=sheet))
    return cells


def test_the_report_shows_the_case_and_a_karyogram_of_each_clone(
    classification: Classification, tmp_path: Path
) -> None:
    cells = clones_of(classification)
    options = ExportOptions(report=True)
    (path,) = export(cells, tmp_path / "r.pdf", options)
    first, second = (flat(page.extract_text()) for page in PdfReader(path).pages)
    for words in (
        "marrow | GTG, 400 bands (estimated) | analysed and checked on images alone",
        "Reason of referral: Pancytopenia",
        "Cells counted 5 of 20, analysed 2 of 20, karyotyped 2 of 2 (goals: ACMG, sections E6",
        "48,XY,+8,+9[2]/46,XY[3]",
        "48,XY,+8,+9[2]: cells cell_1, cell_2; karyogram: cell cell_1",
        "46,XY[3]: cells cell_0, cell_3, cell_4; karyogram: cell cell_0",
        "2 abnormalities in all clones",
        "A cell of each clone is marked karyotyped.",
        "one of the two at the microscope",
        "ISCN 2024",
        "centric chromosomes are counted",
        "cell_0, slide 7, stage 100.5/14.3",
    ):
        assert flat(words) in first, words
    assert flat("Clone 48,XY,+8,+9[2]: cell cell_1") in second
    # The reason is the patient's: the karyogram says where the cell lies, and no more.
    assert "Pancytopenia" not in second
    assert flat("stage 101.5/14.3") in second
    (path,) = export(cells, tmp_path / "r.svg", options)
    assert "The karyograms of the other clones are in the report as PDF." in svg_texts(path)


def test_page_table_and_record_say_what_is_written_down(
    classification: Classification, tmp_path: Path
) -> None:
    cells = clones_of(classification)[:2]
    (path,) = export(cells[0], tmp_path / "k.svg")
    stain, line = (text for text in svg_texts(path) if "GTG" in text)
    assert "dark stain, GTG" in stain
    assert line.endswith("slide 7   |   stage 100.5/14.3")
    assert "Pancytopenia" not in path.read_text(encoding="utf-8")
    (path,) = export(cells, tmp_path / "k.csv")
    head, *rows = path.read_text().splitlines()
    assert head.endswith(",p_Y,specimen,banding,bands,bands_by,microscope,slide,stage")
    assert rows[0].endswith(",marrow,GTG,400,estimated,neither,7,100.5/14.3")
    (path,) = export(cells, tmp_path / "k.json")
    record = json.loads(path.read_text())["cells"][1]
    assert record["worksheet"]["case"]["reason"] == "Pancytopenia"
    assert record["worksheet"]["cell"] == {"slide": "7", "stage": "101.5/14.3"}


def test_a_karyotype_written_by_hand_is_said_to_be(cell: ClassifiedCell, tmp_path: Path) -> None:
    proposed = cell.karyotype.proposal
    cell.karyotype.write_iscn("46,XX,inv(9)")
    content = report_of([cell], PLAIN)
    assert content.karyotype == "46,XX,inv(9)"
    assert content.karyotype_label.startswith("Karyotype, written by hand")
    assert proposed in content.karyotype_label
    # One cell needs no table of cells.
    assert content.cells == ()


def test_the_patients_name_is_there_only_where_it_was_given(
    cell: ClassifiedCell, tmp_path: Path
) -> None:
    # The karyogram's own title names her.
    titled = ExportOptions(title="Erika Mustermann")
    without = export_report(report_of([cell], titled), tmp_path / "a.pdf")
    assert "Mustermann" not in pdf_letters(without)
    assert "Patient" not in pdf_letters(without)
    assert (
        b"Mustermann"
        not in export_report(report_of([cell], titled), tmp_path / "a.svg").read_bytes()
    )
    given = export_report(
        report_of([cell], ExportOptions(title="Erika Mustermann", patient="Erika Mustermann")),
        tmp_path / "b.pdf",
    )
    assert "Patient:ErikaMustermann" in pdf_letters(given)


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_it_is_one_upright_page_with_its_fonts(
    content: ReportContent, tmp_path: Path, paper: Paper
) -> None:
    path = export_report(content, tmp_path / "r.pdf", paper=paper)
    (page,) = PdfReader(path).pages
    assert [float(page.mediabox.width), float(page.mediabox.height)] == pytest.approx(
        [paper.width, paper.height], abs=0.01
    )
    fonts = embedded_fonts(path)
    assert len(fonts) == 2
    assert all(fonts.values())
    # The karyogram is there too, chromosome by chromosome.
    assert len(pdf_pieces(path)[1]) == 4


def long(content: ReportContent) -> ReportContent:
    return replace(
        content,
        title="A title " * 30,
        patient="A patient " * 30,
        laboratory="A laboratory " * 30,
        karyotype="46,XX," + ",".join(["t(9;22)(q34;q11.2)"] * 40),
        karyotype_label="written by hand " * 40,
        warnings=tuple(f"warning {n} " + "of many words " * 20 for n in range(60)),
        cells=tuple(
            (f"cell {n} " * 9, "46", "46,XX" + ",+21" * 60, "karyotyped", "AB", "CD" * 40)
            for n in range(200)
        ),
        said=tuple("said " * 100 for _ in range(200)),
        made_with=("model " * 60,),
    )


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("paper", [A4, LETTER])
def test_nothing_runs_off_the_page(
    content: ReportContent, tmp_path: Path, paper: Paper, many: bool
) -> None:
    given = long(content) if many else content
    path = export_report(given, tmp_path / "r.svg", paper=paper)
    root = svg_root(path)
    baselines = []
    for item in root.iter(f"{SVG}text"):
        bold = item.get("font-weight") == "bold"
        size, x, y = (float(item.get(name, 0)) for name in ("font-size", "x", "y"))
        width = text_width(item.text or "", size, bold)
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[item.get("text-anchor", "")]
        assert left >= MARGIN - 0.1, item.text
        assert left + width <= paper.width - MARGIN + 0.1, item.text
        assert MARGIN <= y <= paper.height - MARGIN + 0.1, item.text
        baselines.append((y, size, left, left + width, item.text))
    # No text lies over another one.
    for n, (y, size, left, right, text) in enumerate(baselines):
        for other_y, other_size, other_left, other_right, other in baselines[n + 1 :]:
            near = abs(y - other_y) < 0.75 * min(size, other_size)
            near &= left < other_right - 0.1 and other_left < right - 0.1
            assert not near, (text, other)
    for item in root.iter(f"{SVG}image"):
        assert float(item.get("y", 0)) >= MARGIN
        assert float(item.get("y", 0)) + float(item.get("height", 0)) < paper.height - MARGIN


def test_what_does_not_fit_is_counted(content: ReportContent, tmp_path: Path) -> None:
    many = replace(
        content,
        cells=tuple((f"c{n}", "46", "46,XX", "counted", "AB", "CD") for n in range(200)),
    )
    letters = svg_texts(export_report(many, tmp_path / "r.svg"))
    (more,) = [text for text in letters if "more cells, not on this page" in text]
    drawn = sum(text.startswith("c") and text[1:].isdigit() for text in letters)
    assert drawn > 3
    assert more == f"... and {200 - drawn} more cells, not on this page"
    assert "Proposal, for research use" in letters


def test_a_cell_that_is_not_there_cannot_be_shown(cell: ClassifiedCell) -> None:
    with pytest.raises(ExportError, match="no cell number 2"):
        report_of([cell], PLAIN, shown=1)
    with pytest.raises(ExportError, match="no cell number 1"):
        report_of([], PLAIN)


def test_a_report_is_written_as_pdf_or_svg_only(cell: ClassifiedCell, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.svg or \.pdf"):
        export(cell, tmp_path / "r.png", ExportOptions(report=True))


def test_a_karyotype_that_contradicts_the_karyogram_is_warned_of(cell: ClassifiedCell) -> None:
    karyotype = cell.karyotype
    assert not any("disagree" in words for words in report_of([cell], PLAIN).warnings)
    assert not cell.heading().disagrees
    karyotype.write_iscn("92,XXYY")
    first = report_of([cell], PLAIN).warnings[0]
    assert first.startswith("text and karyogram disagree: the text has 4 of 1, the karyogram")
    assert cell.heading().disagrees
    karyotype.write_iscn("normal")
    assert "can't be read" in report_of([cell], PLAIN).warnings[0]
    assert cell.heading().disagrees
    karyotype.write_iscn(None)
    assert not cell.heading().disagrees


def test_of_an_unknown_cell_the_report_says_so_first(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    unknown = replace(classification, unknown="It looks like R-banding.")
    cell = ClassifiedCell(unknown, propose(unknown))
    content = report_of([cell, ClassifiedCell(classification, karyotype)], PLAIN)
    assert content.karyotype == "none"
    assert content.karyotype_label == "No karyotype proposed: not known material"
    assert content.warnings[0] == "Cell cell_7: It looks like R-banding."
    assert "Cell cell_7: 4 doubtful chromosomes not reviewed" in content.warnings
    assert content.cells[0][2] == "no karyotype proposed: not known material"
    assert "No karyotype proposed: not known material." in description(cell, PLAIN)
    letters = pdf_letters(export_report(content, tmp_path / "r.pdf"))
    assert flat("UNLIKE WHAT THE MODEL KNOWS: It looks like R-banding.") in letters
    cell.karyotype.write_iscn("46,XX")
    label = report_of([cell], PLAIN).karyotype_label
    assert label == "Karyotype, written by hand (the program proposes none)"
