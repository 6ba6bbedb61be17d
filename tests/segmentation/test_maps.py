"""A field is read in tiles, and of each only what lies around its objects."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from napari_karyo.models.unet import SpreadNetwork
from napari_karyo.segmentation import maps
from napari_karyo.segmentation.ground import Field


@pytest.fixture(scope="module")
def network() -> SpreadNetwork:
    torch.manual_seed(0)
    return SpreadNetwork().eval()


def test_tiles_tell_what_one_reading_of_all_tells(
    network: SpreadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.zeros((300, 420), np.float32)
    # In the middle of a tile, across the border of two, at a corner of four, at an edge.
    for top, left in ((40, 40), (60, 115), (185, 120), (280, 300), (100, 410)):
        values[top : top + 20, left : left + 14] = 0.5
    field = Field(values, 1.0, (300, 420))
    with monkeypatch.context() as patched:
        patched.setattr(maps, "_TILE", 1000)
        patched.setattr(maps, "_NEAR", 1000)
        whole = maps.read_maps(field, network)
    monkeypatch.setattr(maps, "_TILE", 128)
    parts = maps.read_maps(field, network)
    near = ndimage.distance_transform_edt(values == 0) < maps._NEAR
    for name in ("chromosome", "core", "crossing", "other"):
        told, known = getattr(parts, name), getattr(whole, name)
        assert np.allclose(told[near], known[near], atol=1e-4), name
    assert not parts.chromosome[240:, :200].any(), "nothing is there, and it is not read"


def test_an_empty_field_has_empty_maps(network: SpreadNetwork) -> None:
    found = maps.read_maps(Field(np.zeros((90, 70), np.float32), 1.0, (90, 70)), network)
    assert found.chromosome.shape == (90, 70)
    assert not found.chromosome.any()


def test_no_tile_is_read_for_what_lies_only_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.zeros((256, 128), np.float32)
    values[100, 60] = 1.0
    monkeypatch.setattr(maps, "_TILE", 128)
    rows = [(one.start, one.stop) for one, _ in maps._places(values)]
    assert all(start < stop for start, stop in rows)
    assert rows[0] == (68, 128)
