"""Labels of other programs, as the objects of a spread; and what is said of a spread."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from drawn_spread import draw_spread, drawn_segmentation

from napari_karyo.cell import Outline, Polarity, Spread
from napari_karyo.errors import ReadError
from napari_karyo.segmentation import Kind, Segmentation
from napari_karyo.segmentation.labels import from_labels, from_polygons, to_labels
from napari_karyo.segmentation.mending import polygons_of
from napari_karyo.segmentation.remarks import remarks_on


@pytest.fixture
def spread() -> Spread:
    return Spread("drawn", draw_spread().image, Polarity.DARK)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int64])
def test_each_number_is_a_chromosome(spread: Spread, dtype: type) -> None:
    drawn = draw_spread()
    found = from_labels(spread, drawn.labels.astype(dtype))
    assert found.count == 46
    assert {one.kind for one in found} == {Kind.CHROMOSOME}
    assert all(one.expected is None and one.confidence == 1 for one in found)
    total = sum(int(one.outline.mask.sum()) for one in found)
    assert total == np.count_nonzero(drawn.labels)
    assert not any(one.outline.shared.any() for one in found)
    cell = found.to_cell()
    assert len(cell) == 46
    assert cell.photograph is spread
    assert cell.polarity is Polarity.DARK


def test_classes_give_the_expected_class(spread: Spread) -> None:
    drawn = draw_spread()
    found = from_labels(spread, drawn.painted, classes=True)
    assert Counter(one.expected for one in found) == Counter(drawn.classes)
    assert Counter(one.expected for one in found.to_cell()) == Counter(drawn.classes)


def test_a_mask_has_a_chromosome_for_each_of_its_parts(spread: Spread) -> None:
    mask = draw_spread().labels > 0
    assert from_labels(spread, mask).count == 46
    assert from_labels(spread, mask.astype(np.uint8) * 255).count == 46


@pytest.mark.parametrize("classes", [False, True])
def test_a_crossing_belongs_to_both(spread: Spread, classes: bool) -> None:
    labels = np.zeros(spread.image.shape, np.uint16)
    labels[100:110, 60:140] = 1
    labels[60:150, 95:105] = 2
    labels[100:110, 95:105] = 255
    found = from_labels(spread, labels, 255, classes=classes)
    assert found.count == 2
    upright, lying = sorted(found, key=lambda one: one.outline.top)
    assert upright.outline.mask.all()
    assert upright.outline.mask.shape == (90, 10)
    assert lying.outline.mask.shape == (10, 80)
    for one in found:
        assert np.count_nonzero(one.outline.shared) == 100
    assert abs(upright.angle) == pytest.approx(90)
    assert lying.angle == pytest.approx(0)
    if classes:
        assert (upright.expected, lying.expected) == ("2", "1")


def test_labels_that_are_none(spread: Spread) -> None:
    labels = draw_spread().labels
    with pytest.raises(ReadError, match="labels are of"):
        from_labels(spread, labels[:-1])
    with pytest.raises(ReadError, match="no whole numbers"):
        from_labels(spread, labels.astype(np.float32))
    with pytest.raises(ReadError, match="no chromosome"):
        from_labels(spread, np.zeros_like(labels))


def test_each_polygon_is_a_chromosome_and_overlaps_are_shared(spread: Spread) -> None:
    lying = [(100, 60), (100, 139), (109, 139), (109, 60)]
    upright = [(60, 95), (60, 104), (149, 104), (149, 95)]
    outside = [(-50, -50), (-50, -20), (-20, -20)]
    over = [(-20, 300), (-20, 320), (30, 320), (30, 300)]
    nothing = [[(5, 5), (6, 6)], [(np.nan, 1), (9, 9), (1, 9)], outside]
    found = from_polygons(spread, [lying, np.array(upright), over, *nothing])
    assert found.count == 3
    cut, first, second = sorted(found, key=lambda one: one.outline.top)
    assert cut.outline.top == 0
    assert not cut.outline.shared.any()
    assert (first.outline.mask.shape, second.outline.mask.shape) == ((90, 10), (10, 80))
    for one in (first, second):
        assert one.outline.mask.all()
        assert np.count_nonzero(one.outline.shared) == 100
    assert found.to_cell().photograph is spread
    with pytest.raises(ReadError, match="enclose no chromosome"):
        from_polygons(spread, nothing)


def test_outlines_go_out_and_come_back(spread: Spread) -> None:
    labels = draw_spread().labels
    found = from_labels(spread, labels)
    outlines = [one.outline for one in found]
    shape = spread.image.shape[:2]
    painted = to_labels(dict(enumerate(outlines)), shape)
    assert painted.max() == 46
    np.testing.assert_array_equal(painted > 0, labels > 0)
    assert from_labels(spread, painted).count == 46
    # Of few corners, and so within less than a pixel of the outlines.
    polygons = [line for outline in outlines for line in polygons_of(outline)]
    assert len(polygons) == 46
    assert np.mean([len(line) for line in polygons]) < 40
    back = to_labels(dict(enumerate(one.outline for one in from_polygons(spread, polygons))), shape)
    assert np.mean((back > 0) == (labels > 0)) > 0.99


def said(found: Segmentation) -> str:
    return " ".join(str(problem) for problem in found.problems)


def moved(found: Segmentation, down: int) -> list[Outline]:
    return [replace(one.outline, top=one.outline.top + down) for one in found.chromosomes]


def test_nothing_is_said_of_a_good_spread() -> None:
    for stain in ("G", "Q"):
        assert drawn_segmentation(stain).problems == ()


def test_a_photograph_of_nuclei_only_or_of_nothing() -> None:
    found = drawn_segmentation()
    nuclei = replace(
        found, objects=tuple(replace(one, kind=Kind.NUCLEUS) for one in found.objects[:4])
    )
    assert "only interphase nuclei" in said(nuclei)
    assert nuclei.to_cell().problems == nuclei.problems
    few = replace(found, objects=(*nuclei.objects, *found.objects[10:12]))
    assert "beside nuclei only 2" in said(few)
    assert "no chromosome was found" in said(replace(found, objects=()))
    assert len(replace(found, objects=()).to_cell()) == 0


def test_a_photograph_of_nothing_like_chromosomes() -> None:
    found = drawn_segmentation()
    unlike = [replace(one, kind=Kind.CLUSTER) for one in found.objects]
    assert "46 objects in this photograph none is like" in said(
        replace(found, objects=tuple(unlike))
    )
    one = replace(found, objects=(found.objects[0], *unlike[1:]))
    assert "46 objects in this photograph one is like" in said(one)
    mended = replace(found, objects=(*found.objects[:30], *unlike[30:]))
    assert mended.problems == ()


def test_two_metaphases_and_a_tetraploid_one() -> None:
    found = drawn_segmentation()
    outlines = [one.outline for one in found.chromosomes]
    tall = np.zeros((1400, 720), np.float32)
    tall[:560] = tall[700:1260] = found.density
    [two] = remarks_on("two", [*outlines, *moved(found, 700)], 0, 0, tall, found.width)
    assert "2 metaphases, of 46 and 46 chromosomes" in two.what
    [many] = remarks_on("92", [*outlines, *outlines], 0, 0, found.density, found.width)
    assert "92 chromosomes were found" in many.what
    assert not many.left_out


def test_a_spread_that_is_cut_at_the_edge() -> None:
    found = drawn_segmentation()
    top = min(one.outline.top for one in found.chromosomes)
    outlines = moved(found, -top)
    [edge] = remarks_on("edge", outlines, 0, 0, found.density[top:], found.width)[:1]
    assert "cut at the edge" in edge.what
    assert "one of its chromosomes touches it" in edge.what


def test_a_blurred_photograph() -> None:
    from scipy import ndimage

    for stain in ("G", "Q"):
        found = drawn_segmentation(stain)
        soft = ndimage.gaussian_filter(found.density, 0.3 * found.width)
        outlines = [one.outline for one in found.chromosomes]
        [blurred] = remarks_on("soft", outlines, 0, 0, soft, found.width)
        assert "blurred" in blurred.what
