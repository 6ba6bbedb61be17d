"""JSON of everything: nothing is missing, and it can be read back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_karyo import __version__
from napari_karyo.cell import Problem
from napari_karyo.classes import CLASSES, MARKERS
from napari_karyo.classified import ClassifiedCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Edit, Karyotype, State
from napari_karyo.output.export import ExportOptions, export
from napari_karyo.output.record import SCHEMA


@pytest.fixture
def edited(karyotype: Karyotype) -> Karyotype:
    karyotype.who = "ÄB"
    karyotype.move([2], "22")
    karyotype.turn([0])
    karyotype.move([3], MARKERS)
    karyotype.mark_derivative(0)
    karyotype.review([1])
    karyotype.mark("analysed")
    karyotype.annotate("two lie crossed")
    karyotype.write_iscn("46,XX,t(9;22)(q34;q11.2)")
    karyotype.sign("reviewed")
    return karyotype


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        path.read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(word)
    )
    return content


def test_everything_comes_back(
    classification: Classification, edited: Karyotype, tmp_path: Path
) -> None:
    content = read(export(ClassifiedCell(classification, edited), tmp_path / "k.json")[0])
    assert content["schema"] == SCHEMA == {"name": "napari-karyo.karyotypes", "version": 2}
    assert content["program"] == {"name": "napari-karyo", "version": __version__}
    (cell,) = content["cells"]
    assert State.from_dict(cell["state"]) == edited.state
    assert State.from_dict(cell["proposed"]) == edited.proposed
    assert tuple(Edit.from_dict(edit) for edit in cell["history"]) == edited.history
    # Replayed on the proposal, the history leads to the state.
    again = Karyotype.from_state(cell["names"], State.from_dict(cell["proposed"]))
    again.replay(("do", Edit.from_dict(edit)) for edit in cell["history"])
    assert again.state == edited.state
    assert again.iscn == cell["iscn"]["text"]


def test_nothing_is_missing(
    classification: Classification, edited: Karyotype, tmp_path: Path
) -> None:
    problems = (Problem("a.png", "is empty.", "Copy it again."),)
    given = replace(
        classification,
        cell=replace(classification.cell, problems=problems),
        model_hash="ab" * 32,
        notes=("a note",),
    )
    (cell,) = read(
        export(
            ClassifiedCell(given, edited), tmp_path / "k.json", ExportOptions(title="Patient 3")
        )[0]
    )["cells"]
    assert (cell["name"], cell["title"], cell["stain"]) == ("cell_7", "Patient 3", "dark")
    assert cell["simulated"] is True
    assert cell["problems"] == [
        {"file": "a.png", "what": "is empty.", "remedy": "Copy it again.", "left_out": True}
    ]
    assert cell["model"] == {"name": "none", "sha256": "ab" * 32}
    assert cell["thresholds"] == {"doubtful_below": 0.5, "sure_from": 0.85}
    assert cell["notes"] == ["a note"]
    assert cell["iscn"] == {
        "text": "46,XX,t(9;22)(q34;q11.2)",
        "by_hand": True,
        "proposed": edited.proposal,
        "not_proposed": "",
    }
    assert cell["marks"] == ["counted", "analysed"]
    assert cell["note"] == "two lie crossed"
    assert [(sign["role"], sign["who"]) for sign in cell["signatures"]] == [("reviewed", "ÄB")]
    assert cell["counts"]["1"] == 2
    assert cell["counts"]["markers"] == 1
    assert len(cell["chromosomes"]) == 4
    for index, one in enumerate(cell["chromosomes"]):
        assert one["index"] == index
        assert one["file"] == f"crop {index}.png"
        assert one["predicted"] == classification.predicted[index]
        assert tuple(one["probabilities"]) == CLASSES
        assert np.array(list(one["probabilities"].values()), np.float32).tolist() == (
            classification.probabilities[index].tolist()
        )
        assert one["p_arm_up"] == 1.0
        assert one["slot"] == edited.slot_of(index)
        assert one["position"] == edited.position_of(index)
        assert one["light"] in ("sure", "look", "doubtful")
    first, second, third, last = cell["chromosomes"]
    assert (first["turned"], first["derivative"], first["corrected"]) == (True, True, True)
    assert (second["reviewed"], second["last_edit"]["kind"]) == (True, "review")
    assert third["last_edit"]["who"] == "ÄB"
    assert (last["slot"], last["marker"]) == (MARKERS, True)


def test_a_record_says_why_nothing_is_sure_or_known(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    few = replace(classification, withheld="Only 4 crops.")
    (cell,) = read(export(ClassifiedCell(few, karyotype), tmp_path / "k.json")[0])["cells"]
    assert (cell["withheld"], cell["unknown"]) == ("Only 4 crops.", "")
    assert "sure" not in [one["light"] for one in cell["chromosomes"]]
    strange = replace(classification, unknown="R-bands, it seems.")
    (cell,) = read(export(ClassifiedCell(strange, karyotype), tmp_path / "k.json")[0])["cells"]
    assert (cell["withheld"], cell["unknown"]) == ("", "R-bands, it seems.")
    assert {one["light"] for one in cell["chromosomes"]} == {"unknown"}


def test_a_record_says_nothing_of_this_computer(
    classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    here = replace(classification, cell=replace(classification.cell, path=tmp_path / "secret"))
    text = export(ClassifiedCell(here, karyotype), tmp_path / "k.json")[0].read_text(
        encoding="utf-8"
    )
    assert "secret" not in text
    assert str(tmp_path) not in text
