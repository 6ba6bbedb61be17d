"""Adopted models: taken only where proved, found by name, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small import small_weights

from napari_karyo.errors import KaryoError, WeightsError
from napari_karyo.inference.classify import get_weights
from napari_karyo.models.own import adopt, adopted, own_folder, own_models, remove
from napari_karyo.models.weights import available_models, load_weights, sha256
from napari_karyo.shell.app import main


def trained(folder: Path, seed: int = 0, **said: object) -> Path:
    """Write what a training folder holds."""
    folder.mkdir()
    weights = small_weights(folder, seed).rename(folder / "own.safetensors")
    comparison = {
        "is_better": True,
        "verdict": "The own model is better beyond chance.",
        "own_sha256": sha256(weights),
        "learned_from": {"cells": 7},
        "measures": [{"name": "placed", "shipped": 0.8, "own": 0.9}],
        **said,
    }
    (folder / "comparison.json").write_text(json.dumps(comparison), encoding="utf-8")
    (folder / "comparison.html").write_text("<p>better</p>", encoding="utf-8")
    return folder


def test_an_adopted_model_has_a_card_and_is_found_by_name(tmp_path: Path) -> None:
    folder = trained(tmp_path / "training")
    model = adopt(folder, " Bern 2026 ", who="AB")
    assert (model.name, model.who) == ("Bern 2026", "AB")
    assert model.verdict == "The own model is better beyond chance."
    assert model.learned_from == {"cells": 7}
    assert model.figures[0]["own"] == 0.9
    assert model.page is not None
    assert own_models() == (model,)
    assert available_models() == ("default", "Bern 2026")
    loaded = load_weights("Bern 2026")
    assert (loaded.name, loaded.sha256) == ("Bern 2026", model.sha256)
    # It is a copy: the training folder may go.
    (folder / "own.safetensors").unlink()
    assert load_weights("Bern 2026").sha256 == model.sha256
    remove("Bern 2026")
    assert own_models() == ()
    assert not list(own_folder().iterdir())
    with pytest.raises(WeightsError, match="no such model"):
        load_weights("Bern 2026")


def test_another_model_of_the_same_name_is_not_taken_from_memory(tmp_path: Path) -> None:
    first = adopt(trained(tmp_path / "a"), "lab")
    assert get_weights("lab").sha256 == first.sha256
    remove("lab")
    second = adopt(trained(tmp_path / "b", seed=1), "lab")
    assert second.sha256 != first.sha256
    assert get_weights("lab").sha256 == second.sha256


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"is_better": False, "verdict": "It is not better."}, "not adopted: It is not better"),
        ({"is_better": "yes"}, "not adopted"),
        ({"own_sha256": "0" * 64}, "of other weights"),
    ],
)
def test_what_is_not_proved_is_refused(tmp_path: Path, said: dict[str, object], why: str) -> None:
    with pytest.raises(KaryoError, match=why):
        adopt(trained(tmp_path / "training", **said), "lab")
    assert own_models() == ()


def test_a_folder_without_comparison_or_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(KaryoError, match="no comparison"):
        adopt(tmp_path, "lab")
    folder = trained(tmp_path / "training")
    (folder / "comparison.json").write_text("[" * 100_000)
    with pytest.raises(KaryoError, match="no comparison"):
        adopt(folder, "lab")
    broken = trained(tmp_path / "other")
    (broken / "own.safetensors").write_bytes(b"no weights")
    with pytest.raises(KaryoError, match="can't be read"):
        adopt(broken, "lab")


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "a\\b", "con", "x.", "a.safetensors", "x" * 61, "a\nb", "-x"]
)
def test_what_can_be_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KaryoError, match="can't be called"):
        adopt(trained(tmp_path / "training"), name)
    assert adopted(name) is None


def test_a_name_is_used_once(tmp_path: Path) -> None:
    folder = trained(tmp_path / "training")
    adopt(folder, "Zürich")
    for name in ("Zürich", "zürich", "default", "Default"):
        with pytest.raises(KaryoError, match="already"):
            adopt(folder, name)
    with pytest.raises(KaryoError, match="no own model"):
        remove("default")


def test_changed_weights_and_strange_folders_cost_nothing_else(tmp_path: Path) -> None:
    model = adopt(trained(tmp_path / "training"), "lab")
    (own_folder() / "empty").mkdir()
    (own_folder() / "odd").mkdir()
    (own_folder() / "odd" / "card.json").write_text("[]")
    (own_folder() / "file").write_text("")
    assert own_models() == (model,)
    small_weights(tmp_path, 2).replace(model.path)
    with pytest.raises(WeightsError, match="not the ones that were adopted"):
        load_weights("lab")


def test_the_shell_adopts_lists_and_removes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = trained(tmp_path / "training")
    assert main(["adopt", str(folder), "--name", "lab", "--who", "AB"]) == 0
    assert "better beyond chance" in capsys.readouterr().out
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    assert "default: shipped" in out
    assert "lab: own, adopted" in out
    assert "by AB" in out
    assert main(["models", "--remove", "lab"]) == 0
    assert main(["models", "--remove", "lab"]) == 2
    assert "no own model called 'lab'" in capsys.readouterr().err


def test_a_cell_says_by_which_own_model_it_was_classified(tmp_path: Path) -> None:
    from napari_karyo.inference.classify import classify
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.simulation.sample import simulate_cell

    model = adopt(trained(tmp_path / "training"), "lab")
    found = classify(simulate_cell(), ClassifyOptions(model="lab", device="cpu"))
    assert (found.model, found.model_hash) == ("lab", model.sha256)


def test_a_damaged_own_model_costs_itself_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = adopt(trained(tmp_path / "training"), "lab")
    model.path.write_bytes(b"none")
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert "model        default" in out
    assert "not the ones that were adopted" in out
