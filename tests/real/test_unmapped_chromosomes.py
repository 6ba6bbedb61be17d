"""What the truth of the labelled photographs lacks lies where it has nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_karyo.segmentation.region import Region, shared_pixels
from napari_karyo.training.segmentation.archives import ARCHIVES
from napari_karyo.training.segmentation.unmapped import unmapped_points

pytestmark = pytest.mark.real_data


def test_every_unmapped_chromosome_lies_in_a_photograph_where_nothing_is_mapped(
    data_root: Path,
) -> None:
    points = dict(unmapped_points())
    for stain in ("q_band", "dapi"):
        file, read = ARCHIVES[stain]
        for photograph in read(data_root / file, ("val", "test")):
            for row, column in points.pop(photograph.name, ()):
                assert 0 <= row < photograph.grey.shape[0]
                assert 0 <= column < photograph.grey.shape[1]
                spot = Region(np.ones((1, 1), np.bool_), row, column)
                # Where a chromosome that is mapped crosses it, the point lies beside that.
                assert not any(shared_pixels(spot, one) for one in photograph.outlines)
                # What is there is bright on black.
                assert photograph.grey[row, column] > photograph.grey.mean()
    assert not points, "in no photograph of val or test"
