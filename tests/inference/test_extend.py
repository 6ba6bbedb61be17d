"""Chromosomes made after a run, classified as those before were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import MALE, make_cell, make_classification
from small import bar, small_weights

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.classified import propose
from napari_karyo.classified.heading import heading_of
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.classify import classify
from napari_karyo.inference.extend import classify_more
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.result import Classification

LENGTHS = (80, 76, 70, 60, 52, 44, 40, 30, 28, 24)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return small_weights(tmp_path)


@pytest.fixture
def found(weights: Path) -> Classification:
    chromosomes = tuple(
        Chromosome(f"{n}.png", bar(rows, (5, rows // 2))) for n, rows in enumerate(LENGTHS)
    )
    return classify(
        Cell("bars", chromosomes, Polarity.BRIGHT), ClassifyOptions(model=weights, device="cpu")
    )


def test_a_crop_of_the_cell_gets_what_it_got_before(found: Classification, weights: Path) -> None:
    again = [Chromosome(f"again {n}.png", found.cell.chromosomes[n].image) for n in (3, 8)]
    more = classify_more(found, again, model=weights)
    assert (len(more), more.photographed, more.made) == (12, 10, 2)
    assert [item.name for item in more.cell][10:] == ["again 3.png", "again 8.png"]
    for name in ("probabilities", "p_arm_up", "attention", "inputs", "input_grids"):
        before, after = getattr(found, name), getattr(more, name)
        assert np.array_equal(after[:10], before), name
        assert np.allclose(after[10:], before[[3, 8]], atol=1e-5), name
    assert more.uprights[:10] == found.uprights
    assert more.uprights[11].length == found.uprights[8].length
    assert (more.scale, more.notes, more.thresholds) == (
        found.scale,
        found.notes,
        found.thresholds,
    )


def test_scale_and_white_are_the_cells_own(found: Classification, weights: Path) -> None:
    # Far longer and far brighter than all others: what is new must not be the measure.
    image = np.clip(bar(160, tuple(range(0, 150, 6))).astype(int) * 2, 0, 255).astype(np.uint8)
    first = classify_more(found, [Chromosome("long.png", image)], model=weights)
    crop = found.cell.chromosomes[3].image
    second = classify_more(first, [Chromosome("again.png", crop)], model=weights)
    assert second.made == 2
    assert np.allclose(second.inputs[11], found.inputs[3], atol=1e-6)
    assert second.scale == found.scale


def test_deep_crops_keep_their_white() -> None:
    deep = make_cell(polarity=Polarity.BRIGHT)
    chromosomes = tuple(replace(item, image=item.image.astype(np.uint16) * 16) for item in deep)
    found = make_classification(replace(deep, chromosomes=chromosomes))
    bright = chromosomes[0].image.copy()
    bright[10:60, 8:20] = 60000
    more = classify_more(found, [Chromosome("bright.png", bright)])
    assert more.cell.white > more.white == found.cell.white
    assert more.cell.chromosomes[0].image is found.cell.chromosomes[0].image
    with pytest.raises(ValueError, match="depth"):
        classify_more(found, [Chromosome("flat.png", deep.chromosomes[0].image)])


@pytest.mark.parametrize("other", ["none", "another"])
def test_without_the_same_weights_nothing_is_claimed(
    found: Classification, tmp_path: Path, other: str
) -> None:
    model = tmp_path / "gone.safetensors" if other == "none" else small_weights(tmp_path, 7)
    more = classify_more(found, [Chromosome("piece.png", bar(33))], model=model)
    assert np.allclose(more.probabilities[10], 1 / len(CLASSES))
    assert more.p_arm_up[10] == 0.5
    assert more.attention[10].sum() == pytest.approx(1)
    assert np.array_equal(more.probabilities[:10], found.probabilities)
    assert more.inputs[10].max() > 0
    (note,) = [note for note in more.notes if note not in found.notes]
    assert "piece.png: not classified" in note
    # Flat: the light of it is doubtful wherever it is put.
    assert propose(more, ["1"] * 11).slot_of(10) == "1"


def test_what_is_no_chromosome_is_refused_whole(found: Classification, weights: Path) -> None:
    empty = np.zeros((30, 30), np.uint8)
    with pytest.raises(PreprocessingError, match=r"empty\.png"):
        classify_more(
            found,
            [Chromosome("a.png", bar(30)), Chromosome("empty.png", empty)],
            model=weights,
        )
    with pytest.raises(ValueError, match=r"3\.png"):
        classify_more(found, [Chromosome("3.png", bar(30))], model=weights)
    assert classify_more(found, [], model=weights) is found


# -- what the page says of such a cell --------------------------------------------------


def test_the_page_counts_only_what_is_there() -> None:
    unsure = {8: ("4", 0.47), 30: ("17", 0.47), 40: ("22", 0.47), 2: ("3", 0.47)}
    found = make_classification(make_cell(), MALE, unsure)
    karyotype = propose(found, MALE, who="AB")
    assert heading_of(found, karyotype).doubtful == ("2", "5", "16", "21")
    karyotype.move([8], MARKERS)
    karyotype.move([30], TRAY)
    image = found.cell.chromosomes[0].image
    more = classify_more(found, [Chromosome("whole.png", image)])
    karyotype.merge([40, 41], "whole.png", "21")
    heading = heading_of(more, karyotype)
    # Nobody has said yet what the merged one is: it stands where the network put it.
    assert heading.doubtful == ("2", "21")
    karyotype.rotate([4], 10)
    assert heading_of(more, karyotype).redrawn == ("3", "21")
    karyotype.review([2, 46])
    assert heading_of(more, karyotype).doubtful == ()


def test_the_page_says_who_wrote_and_signed() -> None:
    found = make_classification(make_cell())
    karyotype = propose(found, MALE, who="AB")
    heading = heading_of(found, karyotype)
    assert (heading.iscn, heading.iscn_by_hand, heading.signed) == ("46,XY", False, "not reviewed")
    karyotype.write_iscn("46,XY,t(9;22)(q34;q11.2)")
    karyotype.sign("reviewed")
    day = karyotype.state.signatures[0].time[:10]
    heading = heading_of(found, karyotype)
    assert heading.iscn == "46,XY,t(9;22)(q34;q11.2)"
    assert heading.iscn_by_hand
    assert (heading.reviewed_by, heading.confirmed_by) == (f"AB {day}", "")
    karyotype.who = "CD"
    karyotype.sign("confirmed")
    signed = heading_of(found, karyotype).signed
    assert signed == f"reviewed by AB {day}, confirmed by CD {day}"
