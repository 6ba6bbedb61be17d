"""Outlines of a classified cell mended: one edit each, and only what is new classified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from drawn import MALE, make_cell, make_classification
from poor_spread import (
    ALONE,
    AROUND,
    BROKEN,
    CLASSES_FOUND,
    CROSSING,
    CUT,
    SHAPE,
    TOUCHING,
    UNSEEN,
    Line,
    rod,
    segmented,
    spread_cell,
)

from napari_karyo.cell import Chromosome, Outline, Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES, TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import EditError, KaryoError
from napari_karyo.inference import extend
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Change
from napari_karyo.segmentation import crops
from napari_karyo.segmentation.canvas import Patch, on_canvas
from napari_karyo.segmentation.objects import Kind

WHOLE = Patch(0, 0, *SHAPE)


@pytest.fixture(scope="module")
def found() -> Classification:
    """What a network says of the drawn spread's six objects."""
    return make_classification(spread_cell(), CLASSES_FOUND)


@pytest.fixture
def cell(found: Classification) -> ClassifiedCell:
    """The drawn spread's cell, nothing corrected yet."""
    return ClassifiedCell.from_classification(found, who="AB")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a network see class 5 in all that is new; the names of what it was shown."""
    shown: list[str] = []
    real = extend.classify_more

    def classify(before: Classification, new: Sequence[Chromosome]) -> Classification:
        shown.extend(item.name for item in new)
        after = real(before, new)
        probabilities = after.probabilities.copy()
        probabilities[len(before) :] = np.eye(len(CLASSES), dtype=np.float32)[CLASS_INDEX["5"]]
        return replace(after, probabilities=probabilities)

    monkeypatch.setattr(extend, "classify_more", classify)
    return shown


def whole(outline: Outline | None) -> np.ndarray:
    assert outline is not None
    return on_canvas(outline, WHOLE)


def overlap(outline: Outline | None, truth: np.ndarray) -> float:
    mask = whole(outline)
    return float((mask & truth).sum() / (mask | truth).sum())


def made(cell: ClassifiedCell, first: int = 6) -> tuple[Chromosome, ...]:
    """Return the chromosomes that were made by hand."""
    return cell.classification.cell.chromosomes[first:]


#: A polygon wider than what it is drawn around.
#: Around white paper, where there is no chromosome.
BARE: Line = [(100, 260), (100, 300), (140, 300), (140, 260)]
AROUND_ALONE: Line = [(22, 30), (22, 50), (108, 50), (108, 30)]

Do = Callable[[ClassifiedCell], Any]

#: Each way to mend, what it takes away and how many it makes.
WAYS: dict[str, tuple[Do, tuple[int, ...], int]] = {
    "split": (lambda cell: cell.cut(2, CUT), (2,), 2),
    "merge": (lambda cell: cell.join((3, 4)), (3, 4), 1),
    "part": (lambda cell: cell.part(1, CROSSING), (1,), 2),
    "draw": (lambda cell: cell.draw(AROUND), (), 1),
    "repaint": (lambda cell: cell.repaint(0, [(104, 40), (112, 40)], 5), (0,), 1),
    "reshape": (lambda cell: cell.reshape(0, [AROUND_ALONE]), (0,), 1),
    "remove": (lambda cell: cell.remove(5, Kind.NUCLEUS), (5,), 0),
}


@pytest.mark.parametrize(("kind", "way"), WAYS.items(), ids=list(WAYS))
def test_each_is_one_edit_with_a_way_back(
    cell: ClassifiedCell, kind: str, way: tuple[Do, tuple[int, ...], int]
) -> None:
    edit, gone, count = way
    cell.karyotype.move([0], "7")
    # What a person said elsewhere stays.
    other = 4 if 0 in gone else 0
    before, inputs = cell.karyotype.state, cell.classification.inputs
    heard: list[Change] = []
    cell.karyotype.changed.connect(heard.append)
    done = edit(cell)
    new = tuple(range(6, 6 + count))
    assert done is cell.karyotype.history[-1]
    said = {"reshape": "repaint"}.get(kind, kind)
    assert (done.kind, done.chromosomes, done.who) == (said, (*gone, *new), "AB")
    assert [change.edit for change in heard] == [done]
    assert heard[0].touched
    assert set(cell.present) == set(range(6)) - set(gone) | set(new)
    assert len(cell.classification) == len(cell.karyotype) == 6 + count
    if 0 not in gone:
        assert cell.karyotype.slot_of(other) == "7"
    np.testing.assert_array_equal(cell.classification.inputs[:6], inputs)
    assert cell.outlines.keys() == set(cell.present)
    after = cell.karyotype.state
    assert cell.karyotype.undo() is done
    assert cell.karyotype.state == before
    assert cell.outlines.keys() == set(range(6))
    assert cell.karyotype.redo() is done
    assert cell.karyotype.state == after


@pytest.mark.parametrize("polarity", list(Polarity))
def test_a_crossing_becomes_two_whole_crops(polarity: Polarity) -> None:
    found = make_classification(spread_cell(polarity), CLASSES_FOUND)
    for lines in (CROSSING, ()):
        cell = ClassifiedCell.from_classification(found)
        cell.part(1, lines)
        parts = made(cell)
        assert [one.name for one in parts] == ["02.png (1)", "02.png (2)"]
        for line in CROSSING:
            assert max(overlap(one.outline, rod(line)) for one in parts) > 0.9
        crossing = rod(CROSSING[0]) & rod(CROSSING[1])
        for one in parts:
            assert one.outline is not None
            shared = on_canvas(one.outline, WHOLE, one.outline.shared)
            assert (shared & crossing).sum() > 0.9 * crossing.sum()
            # The other's arms are paper in its crop.
            stained = one.image < 128 if polarity is Polarity.DARK else one.image > 127
            assert stained.sum() < 1.15 * one.outline.mask.sum()


def test_a_crop_is_as_the_segmentation_cuts_it(cell: ClassifiedCell) -> None:
    """Of the same outlines the same pixels, neighbours removed."""
    first = segmented()
    cell.draw([(30, 30), (30, 47), (101, 47), (101, 30)])
    assert made(cell)[0].name == "07.png"
    for item, known in zip(first.chromosomes, cell.classification.cell.chromosomes, strict=False):
        np.testing.assert_array_equal(first.crop(item.outline), known.image)
    cell.repaint(6, [(30, 30)], 2, erase=True)
    name = made(cell)[1].name
    assert name == "07.png (1)"
    cell.repaint(7, [(30, 47)], 2, erase=True)
    assert made(cell)[2].name == "07.png (2)"


def test_two_that_touch_are_cut_and_a_broken_one_is_joined(cell: ClassifiedCell) -> None:
    cell.cut(2, CUT)
    for one, line in zip(made(cell), TOUCHING, strict=True):
        assert overlap(one.outline, rod(line)) > 0.9
    cell.join((3, 4))
    joined = made(cell, 8)
    assert [one.name for one in joined] == ["04.png + 05.png"]
    assert overlap(joined[0].outline, rod([BROKEN[0][0], BROKEN[1][1]])) > 0.95
    assert cell.karyotype.history[-1].text == "04.png and 05.png merged into 04.png + 05.png"


def test_only_what_is_new_is_classified(cell: ClassifiedCell, seen: list[str]) -> None:
    cell.part(1, CROSSING)
    assert seen == ["02.png (1)", "02.png (2)"]
    assert [cell.karyotype.slot_of(one) for one in (6, 7)] == ["5", "5"]
    cell.draw(AROUND)
    assert overlap(made(cell)[2].outline, rod(UNSEEN)) > 0.5
    assert cell.karyotype.slot_of(8) == "5"
    cell.remove(0, "twice")
    assert len(seen) == 3


def test_without_the_model_what_was_drawn_lies_in_the_tray(cell: ClassifiedCell) -> None:
    cell.draw(AROUND)
    assert cell.karyotype.slot_of(6) == TRAY


def test_what_a_person_placed_stays_where_it_is_painted_at(
    cell: ClassifiedCell, seen: list[str]
) -> None:
    stroke: Line = [(ALONE[1][0] + 4, 40), (112, 40)]
    cell.repaint(0, stroke, 5)
    assert cell.karyotype.slot_of(6) == "5"
    cell.karyotype.undo()
    cell.karyotype.move([0], "7")
    cell.karyotype.turn([0])
    was_turned = 0 in cell.karyotype.state.turned
    cell.repaint(0, stroke, 5)
    assert cell.karyotype.slot_of(7) == "7"
    assert cell.is_settled(7)
    assert (7 in cell.karyotype.state.turned) == was_turned


def test_a_nucleus_counts_no_more(cell: ClassifiedCell) -> None:
    before = cell.karyotype.counts()
    cell.remove(5, "nucleus")
    after = cell.karyotype.counts()
    assert sum(before.values()) - sum(after.values()) == 1
    assert cell.karyotype.history[-1].text == "06.png removed: it is a nucleus"
    assert 5 not in cell.lights()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda cell: cell.cut(2, [(5, 5), (5, 9)]), "leaves no chromosome"),
        (lambda cell: cell.cut(9, CUT), "number 9"),
        (lambda cell: cell.join((3, 5)), "pixels apart"),
        (lambda cell: cell.part(0), "No crossing"),
        (lambda cell: cell.draw([(-9, -9), (-9, -3), (-2, -3)]), "encloses no part"),
        (lambda cell: cell.repaint(0, [(200, 200)], 3), "does not touch"),
        (lambda cell: cell.remove(0, "cat"), "removed as 'cat'"),
        (lambda cell: cell.draw(BARE), r"^No chromosome stands out within the new outline\. "),
    ],
)
def test_what_makes_no_sense_changes_nothing(cell: ClassifiedCell, edit: Do, words: str) -> None:
    before, found = cell.karyotype.state, cell.classification
    with pytest.raises(KaryoError, match=words) as error:
        edit(cell)
    # It is shown to the person as it is.
    assert str(error.value)[0].isupper()
    assert "crop" not in str(error.value)
    assert cell.karyotype.state is before
    assert cell.classification is found
    assert len(cell.karyotype) == 6


def test_a_cell_of_crops_has_no_outlines_to_mend() -> None:
    cell = ClassifiedCell.from_classification(make_classification(make_cell(), MALE))
    assert cell.outlines == {}
    for edit in (lambda: cell.cut(0, CUT), lambda: cell.draw(AROUND), lambda: cell.part(0)):
        with pytest.raises(EditError, match="no photograph"):
            edit()
    cell.remove(45, "dirt")
    assert len(cell.present) == 45


def test_a_chromosome_without_an_outline_is_told(found: Classification) -> None:
    items = [replace(item, outline=None) for item in found.cell.chromosomes]
    bare = replace(found, cell=replace(found.cell, chromosomes=tuple(items)))
    with pytest.raises(EditError, match=r"01\.png has no outline in the photograph spread 1"):
        ClassifiedCell.from_classification(bare).cut(0, CUT)


def test_an_edit_takes_what_the_segmentation_has_made_of_the_photograph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Chromosomes twice as wide as a threshold tells: their crops have more paper.
    first = replace(segmented(), width=60.0)
    cell = ClassifiedCell.from_classification(make_classification(first.to_cell(), CLASSES_FOUND))
    again = replace(first.spread)
    assert again is not first.spread
    reread = replace(cell.classification.cell, photograph=again)
    with monkeypatch.context() as patch:
        patch.setattr(crops, "flatten", None)
        cell.cut(2, CUT)
    for one in made(cell):
        assert one.outline is not None
        np.testing.assert_array_equal(one.image.shape, np.add(one.outline.mask.shape, 30))
    # Read from a case file, where nobody segmented it, it comes out alike.
    late = ClassifiedCell.from_classification(make_classification(reread, CLASSES_FOUND))
    late.cut(2, CUT)
    for one, known in zip(made(late), made(cell), strict=True):
        np.testing.assert_array_equal(one.image, known.image)


def test_only_so_many_photographs_are_kept_even(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [segmented() for _ in range(3)]
    monkeypatch.setattr(crops, "_ROOM", 2 * found[0].density.nbytes)
    for one in found:
        one.to_cell()
    assert [one.spread in crops._flat for one in found] == [False, True, True]
    assert crops.flat_spread(found[2].spread) is found[2].density
