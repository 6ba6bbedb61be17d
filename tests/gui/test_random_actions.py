"""A few random sequences of a person's actions; `tools/random_actions.py` plays many."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from random_actions import DOINGS, make_material
from random_actions_run import play, shield


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("random") / "material"
    make_material(folder)
    return folder


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_whatever_a_person_does(
    make_napari_viewer: Callable[..., Any], templates: Path, tmp_path: Path, seed: int
) -> None:
    def make_viewer() -> Any:
        viewer = make_napari_viewer(show=True)
        shield(viewer)
        return viewer

    material = tmp_path / "material"
    shutil.copytree(templates, material)
    # The settings are those of all tests.
    played = play(seed, 12, material, make_viewer, without={"change_preferences"})
    assert not played.faults, f"{played.actions}\n" + "\n".join(played.faults)


def test_every_action_has_a_name_of_its_own() -> None:
    names = [one.name for one in DOINGS]
    assert len(set(names)) == len(names)
    assert all(one.weight > 0 for one in DOINGS)
