"""Training on a handful of drawn crops: labels, resuming, calibration, evaluation."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from small import SMALL, labelled_cells, small_weights

from napari_karyo.cell import Polarity
from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.inference.calibration import calibration_for
from napari_karyo.inference.classify import classify, classify_cells
from napari_karyo.inference.confidence import Light
from napari_karyo.inference.device import Device
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.predict import Prediction
from napari_karyo.inference.result import Classification
from napari_karyo.models.weights import load_weights
from napari_karyo.shell.app import main
from napari_karyo.training import train as entry
from napari_karyo.training.augment import Augmentation, augment
from napari_karyo.training.calibrate import (
    DOUBTFUL,
    calibration_by_polarity,
    calibration_error,
    exchanged,
    fit_temperature,
    fit_thresholds,
)
from napari_karyo.training.checkpoint import read_checkpoint
from napari_karyo.training.dataset import load_dataset, read_cells, read_labels
from napari_karyo.training.evaluate import evaluate, turn_by_half
from napari_karyo.training.fit import fit, make_optimizer, validate
from napari_karyo.training.recipes import RECIPES, Recipe
from napari_karyo.training.speed import tiny_as_zero

CPU = Device("cpu", "test")
QUICK = Recipe(epochs=3, batch=2, learning_rate=1e-2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return labelled_cells(tmp_path / "data")


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "epochs.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def untimed(folder: Path) -> list[tuple[str, str, str]]:
    """Return what no clock has a say in."""
    return [(row["epoch"], row["loss"], row["q_band_top1"]) for row in curve(folder)]


def killed_at(call: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, but that one of its calls is a kill before it does anything."""
    calls = count(1)

    def killing(*arguments: Any, **named: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return function(*arguments, **named)

    return killing


def test_cells_of_a_split_are_read_with_their_labels(data: Path, tmp_path: Path) -> None:
    (cell,) = read_cells(data, tmp_path, ("val",))
    assert cell.patient == "p1"
    assert [item.expected for item in cell.cell] == ["1", "21"] * 3


def test_crops_in_an_archive_are_read_too(data: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.mkdir()
    (data / "labels.csv").rename(packed / "labels.csv")
    with zipfile.ZipFile(packed / "q_band.zip", "w") as archive:
        for path in data.rglob("*.png"):
            archive.write(path, path.relative_to(data))
    (cell,) = read_cells(packed, tmp_path / "work", ("test",))
    assert len(cell.cell) == 6


def test_a_patient_in_two_splits_is_refused(data: Path) -> None:
    path = data / "labels.csv"
    path.write_text(path.read_text().replace("p2", "p0"))
    with pytest.raises(ReadError, match="patient p0 is in the splits"):
        read_labels(data)


def test_cells_of_the_same_name_are_kept_apart_by_patient(data: Path, tmp_path: Path) -> None:
    path = data / "labels.csv"
    path.write_text(path.read_text().replace("p1,cell1", "p1,cell").replace("p2,cell2", "p2,cell"))
    path.write_text(path.read_text().replace(",val,", ",test,"))
    cells = list(read_cells(data, tmp_path, ("test",)))
    assert [(item.patient, len(item.cell)) for item in cells] == [("p1", 6), ("p2", 6)]
    report = evaluate(data, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    assert report.figures("q_band")["cells"] == 2


def test_a_damaged_archive_and_a_short_row_are_named(data: Path, tmp_path: Path) -> None:
    (data / "q_band").rename(tmp_path / "elsewhere")
    (data / "q_band.zip").write_bytes(b"no archive")
    with pytest.raises(ReadError, match=r"q_band\.zip.*could not be unpacked"):
        list(read_cells(data, tmp_path / "work", ("val",)))
    with (data / "labels.csv").open("a") as file:
        file.write("q_band,p9\n")
    with pytest.raises(ReadError, match="line 20 has too few columns"):
        read_labels(data)


@pytest.mark.parametrize("split", ["train", "val"])
def test_training_without_a_split_is_refused_before_it_begins(
    data: Path, tmp_path: Path, split: str
) -> None:
    path = data / "labels.csv"
    path.write_text(path.read_text().replace(f",{split},", ",test,"))
    with pytest.raises(ReadError, match=f"no crop of the split '{split}'"):
        entry.train([data], tmp_path / "out", device="cpu", progress=lambda _: None)


def test_the_papers_recipe_trains(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(entry.RECIPES["res_crann"], epochs=2, batch=2)
    assert (recipe.optimizer, recipe.learning_rate) == ("adam", 1e-4)
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    small = replace(SMALL, either_way_up=False)
    _, finished, seconds = fit(crops, small, recipe, CPU, tmp_path, progress=lambda _: None)
    assert finished
    assert seconds > 0


def test_resnet_50_has_the_rate_of_keras() -> None:
    """Its ``SGD``: rate / (1 + decay * steps), in the paper's section 5.2."""
    letter = RECIPES["resnet50_letter"]
    assert (letter.momentum, letter.decay, letter.learning_rate) == (1e-6, 0.9, 1e-3)
    read = RECIPES["resnet50"]
    assert (read.momentum, read.decay) == (0.9, 1e-6)
    network = torch.nn.Linear(2, 2)
    optimizer, schedule = make_optimizer(network, letter, 100)
    rates = []
    for _ in range(3):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert np.allclose(rates, [1e-3, 1e-3 / 1.9, 1e-3 / 2.8])
    assert optimizer.param_groups[0]["nesterov"]
    assert [RECIPES[name].epochs for name in ("deep_cnn", "resnet50", "crnn")] == [150, 30, 100]
    assert [RECIPES[name].epochs for name in ("attention", "res_crann")] == [80, 80]


def test_the_weights_of_the_lowest_loss_are_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import napari_karyo.training.fit as module

    seen: list[dict[str, torch.Tensor]] = []
    losses = iter([0.5, 0.2, 0.9])

    def measured(network: torch.nn.Module, *_: object) -> dict[str, float]:
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return {"q_band_loss": next(losses), "q_band_top1": 0.0}

    monkeypatch.setattr(module, "validate", measured)
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    recipe = replace(QUICK, keep="lowest_loss")
    network, _, _ = fit(crops, SMALL, recipe, CPU, tmp_path, progress=lambda _: None)
    head = network.state_dict()["head.weight"]
    assert torch.equal(head, seen[1]["head.weight"])
    assert not torch.equal(head, seen[2]["head.weight"])
    # A call that finds all epochs done keeps the same.
    again, _, _ = fit(crops, SMALL, recipe, CPU, tmp_path, progress=lambda _: None)
    assert torch.equal(again.state_dict()["head.weight"], head)


def test_the_curve_tells_the_speed(data: Path, tmp_path: Path) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    fit(crops, SMALL, QUICK, CPU, tmp_path, progress=lambda _: None)
    for epoch in curve(tmp_path):
        assert float(epoch["images_per_second"]) > 0
        assert 0 < float(epoch["computing"]) <= 1


def test_an_unknown_label_is_refused(data: Path) -> None:
    path = data / "labels.csv"
    path.write_text(path.read_text().replace(",21,", ",27,"))
    with pytest.raises(ReadError, match="27"):
        read_labels(data)


def test_a_missing_table_or_column_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"labels\.csv"):
        read_labels(tmp_path)
    path = data / "labels.csv"
    path.write_text(path.read_text().replace("patient", "person"))
    with pytest.raises(ReadError, match="patient"):
        read_labels(data)


def test_the_data_set_is_drawn_once(data: Path, tmp_path: Path) -> None:
    first = load_dataset(data, tmp_path / "work", SMALL.input)
    (data / "q_band/cell0/1_0.png").unlink()
    second = load_dataset(data, tmp_path / "work", SMALL.input)
    assert np.array_equal(first.inputs, second.inputs)
    assert len(first.select("train")) == len(first.select("val")) == 6
    assert not len(first.select("test"))


def test_augmentation_keeps_shape_and_range_and_turns_half() -> None:
    torch.manual_seed(0)
    images = torch.zeros(400, 1, 64, 24)
    images[:, :, :20, 8:16] = 0.8
    changed, turned = augment(images, Augmentation())
    assert changed.shape == images.shape
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert 0.35 < turned.float().mean() < 0.65
    lower = changed[:, :, 32:].sum(dim=(1, 2, 3)) > changed[:, :, :32].sum(dim=(1, 2, 3))
    assert torch.equal(lower, turned)


def test_a_bent_crop_is_an_arc_of_the_same_length() -> None:
    torch.manual_seed(3)
    images = torch.zeros(40, 1, 128, 48)
    images[:, :, 24:104, 18:30] = 1.0
    changed, _ = augment(images, replace(Augmentation.none(), bend=1.0))
    pixels = changed[:, 0].sum(dim=(1, 2)) / images[:, 0].sum(dim=(1, 2))
    inside = changed[:, 0, :, [0, -1]].sum(dim=(1, 2)) == 0
    assert inside.any()
    assert torch.allclose(pixels[inside], torch.ones(int(inside.sum())), atol=0.06)
    # Ends and middle lie apart by the arc's height, either way.
    columns = torch.arange(48.0)
    middle = (changed[:, 0, 64] * columns).sum(1) / changed[:, 0, 64].sum(1).clamp(min=1)
    low = (changed[:, 0, 92] * columns).sum(1) / changed[:, 0, 92].sum(1).clamp(min=1)
    away = (low - middle)[inside]
    assert away.max() > 3
    assert away.min() < -3


def test_no_augmentation_changes_nothing() -> None:
    images = torch.rand(8, 1, 32, 16)
    changed, turned = augment(images, Augmentation.none())
    assert torch.allclose(changed, images, atol=1e-4)
    assert not turned.any()


def test_a_run_that_was_stopped_ends_as_one_that_was_not(data: Path, tmp_path: Path) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    for folder in (whole, stopped):
        folder.mkdir()
    straight, finished, _ = fit(crops, SMALL, QUICK, CPU, whole, progress=lambda _: None)
    assert finished
    calls = 0
    finished = False
    while not finished:
        pieced, finished, _ = fit(
            crops, SMALL, QUICK, CPU, stopped, time_limit=0.0, progress=lambda _: None
        )
        calls += 1
        assert calls < 15
    assert calls > 1
    for a, b in zip(straight.state_dict().values(), pieced.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert untimed(stopped) == untimed(whole)
    # A call that had only the validation left to do measured no speed.
    assert not any(row.get("images_per_second") for row in curve(stopped))


@pytest.mark.parametrize("killed", [1, 2, 3])
def test_an_epoch_killed_before_its_validation_is_made_up_for(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    import napari_karyo.training.fit as module

    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    recipe = replace(QUICK, keep="lowest_loss")
    # A minute passes at each look at the clock, so that every step is saved, the last of
    # an epoch too.
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=count(0, 61).__next__))

    def best_is_the_killed() -> Callable[..., dict[str, float]]:
        losses = iter(0.2 if epoch == killed else 0.5 for epoch in (1, 2, 3))

        def measured(*arguments: Any) -> dict[str, float]:
            return {**validate(*arguments), "q_band_loss": next(losses)}

        return measured

    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    for folder in (whole, stopped):
        folder.mkdir()
    monkeypatch.setattr(module, "validate", best_is_the_killed())
    straight, _, _ = fit(crops, SMALL, recipe, CPU, whole, progress=lambda _: None)
    monkeypatch.setattr(module, "validate", killed_at(killed, best_is_the_killed()))
    with pytest.raises(KeyboardInterrupt):
        fit(crops, SMALL, recipe, CPU, stopped, progress=lambda _: None)
    saved = torch.load(stopped / "checkpoint.pt", weights_only=True)
    assert saved["step"] == 3 * killed
    resumed, finished, _ = fit(crops, SMALL, recipe, CPU, stopped, progress=lambda _: None)
    assert finished
    assert [epoch for epoch, _, _ in untimed(whole)] == ["1", "2", "3"]
    assert untimed(stopped) == untimed(whole)
    for a, b in zip(straight.state_dict().values(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_curve_and_checkpoint_agree_whichever_is_killed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    for folder in (whole, stopped):
        folder.mkdir()
    fit(crops, SMALL, QUICK, CPU, whole, progress=lambda _: None)
    # Epoch 2 is killed as its checkpoint is written, then, done again, as the curve is: by
    # then the curve of epoch 1 has been written once more, upon going on.
    for place, name, call in ((torch, "save", 2), (csv, "DictWriter", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, killed_at(call, getattr(place, name)))
            with pytest.raises(KeyboardInterrupt):
                fit(crops, SMALL, QUICK, CPU, stopped, progress=lambda _: None)
    fit(crops, SMALL, QUICK, CPU, stopped, progress=lambda _: None)
    assert [epoch for epoch, _, _ in untimed(whole)] == ["1", "2", "3"]
    assert untimed(stopped) == untimed(whole)
    # A table that was lost is written again from the checkpoint, though nothing is trained.
    (stopped / "epochs.csv").unlink()
    fit(crops, SMALL, QUICK, CPU, stopped, progress=lambda _: None)
    assert untimed(stopped) == untimed(whole)


def test_a_start_anew_begins_a_new_curve(data: Path, tmp_path: Path) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    fit(crops, SMALL, QUICK, CPU, tmp_path, progress=lambda _: None)
    first = untimed(tmp_path)
    with (tmp_path / "epochs.csv").open("a", encoding="utf-8") as file:
        file.write("of another header\n")
    shorter = replace(QUICK, epochs=2, batch=3)
    # Stopped before its first epoch ends, it has no row yet, and none of the old ones.
    _, finished, _ = fit(
        crops, SMALL, shorter, CPU, tmp_path, resume=False, time_limit=0.0, progress=lambda _: None
    )
    assert not finished
    assert not (tmp_path / "epochs.csv").exists()
    fit(crops, SMALL, shorter, CPU, tmp_path, resume=False, progress=lambda _: None)
    second = untimed(tmp_path)
    assert [epoch for epoch, _, _ in second] == ["1", "2"]
    assert second[0] != first[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no checkpoint"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"is damaged\. Remove it") as error:
        read_checkpoint(path)
    assert error.value.path == path
    torch.save([1], path)
    with pytest.raises(ReadError, match="is damaged"):
        read_checkpoint(path)


def test_a_table_of_another_encoding_is_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.csv").write_bytes("file,split,Müller\n".encode("latin-1"))
    assert main(["evaluate", str(tmp_path), "--device", "cpu"]) == 2
    assert "Save it as CSV in UTF-8" in capsys.readouterr().err


def test_a_checkpoint_of_another_recipe_is_refused(data: Path, tmp_path: Path) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    fit(crops, SMALL, QUICK, CPU, tmp_path, time_limit=0.0, progress=lambda _: None)
    with pytest.raises(ValueError, match="another network, recipe or seed"):
        fit(crops, SMALL, replace(QUICK, epochs=4), CPU, tmp_path, progress=lambda _: None)
    # As is one of which nothing is known, such as of another version.
    torch.save({"step": 3}, tmp_path / "checkpoint.pt")
    with pytest.raises(ValueError, match="another version"):
        fit(crops, SMALL, QUICK, CPU, tmp_path, progress=lambda _: None)


def test_train_writes_weights_that_load_and_evaluate(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(entry.CONFIGS, "default", SMALL)
    monkeypatch.setitem(entry.RECIPES, "default", replace(QUICK, epochs=12))
    path = entry.train([data], tmp_path / "out", device="cpu", progress=lambda _: None)
    assert path is not None
    loaded = load_weights(path)
    assert loaded.facts["crops"]["train"] == {"q_band": 6}
    # What was measured is what was stored.
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    found = validate(loaded.network, crops, crops.select("val"), CPU)
    assert found == pytest.approx(loaded.facts["val"], abs=1e-6)
    report = evaluate(data, ClassifyOptions(model=path, device="cpu"), split="test")
    figures = report.figures("q_band")
    assert figures["crops"] == 6
    assert 0 <= figures["top1"] <= figures["top3"] <= figures["top5"] <= 1
    assert "after whole-cell assignment" in report.text()
    with pytest.raises(KaryoError, match="no configuration"):
        entry.train([data], tmp_path / "out", config="nothing")


def test_a_crop_that_cannot_be_used_counts_as_wrong(data: Path, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(data / "q_band/cell2/1_0.png")
    report = evaluate(data, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    figures = report.figures("q_band")
    assert figures["crops"] == 6
    assert figures["unusable"] == 1
    assert figures["per_class"]["1"]["placed"] <= 2 / 3


def test_what_is_not_known_is_counted_beside_what_is_right(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = evaluate(data, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    marks: dict[str, Any] = {"foreign": np.arange(6) == 1, "strange": np.zeros(6, np.bool_)}

    def marked(*cells: Any, **chosen: Any) -> list[Classification]:
        return [replace(one, **marks) for one in classify_cells(*cells, **chosen)]

    monkeypatch.setattr("napari_karyo.training.evaluate.classify_cells", marked)
    report = evaluate(data, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    figures = report.figures("q_band")
    assert (figures["foreign"], figures["unknown"]) == (pytest.approx(1 / 6), pytest.approx(1 / 6))
    assert figures["unknown_cells"] == 0
    # What the network says of it is reported all the same.
    assert figures["top1"] == plain.figures("q_band")["top1"]
    assert [item.light for item in report.crops][1] is Light.UNKNOWN
    assert report.crops[1].placed == report.crops[1].predicted
    marks["unknown"] = "R-bands."
    figures = evaluate(data, ClassifyOptions(model=small_weights(tmp_path), device="cpu")).figures(
        "q_band"
    )
    assert (figures["unknown_cells"], figures["unknown"], figures["foreign"]) == (1, 1, 0)
    assert figures["sure"] == 0
    assert "cells of unknown material 0.00%" in report.text()


def test_upside_down_crops_get_the_same_probabilities(data: Path, tmp_path: Path) -> None:
    path = small_weights(tmp_path)
    (cell,) = read_cells(data, tmp_path, ("test",))
    as_is = classify(cell.cell, ClassifyOptions(model=path, device="cpu"))
    turned = classify(turn_by_half(cell.cell), ClassifyOptions(model=path, device="cpu"))
    # The same but for the rounding of where the crop is sampled.
    assert np.allclose(as_is.probabilities, turned.probabilities, atol=0.01)
    assert np.allclose(as_is.p_arm_up, 1 - turned.p_arm_up, atol=0.05)
    report = evaluate(data, ClassifyOptions(model=path, device="cpu"), upside_down=True)
    up = [item.p_arm_up for item in report.crops]
    assert up == pytest.approx(turned.p_arm_up.tolist(), abs=1e-5)
    assert report.figures("q_band")["polarity"] == np.mean([value <= 0.5 for value in up])


def test_a_folder_of_named_crops_is_evaluated_without_a_table(data: Path, tmp_path: Path) -> None:
    report = evaluate(data / "q_band", ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    assert report.figures("bright")["crops"] == 18


def test_an_unknown_split_says_so(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="nowhere"):
        evaluate(
            data, ClassifyOptions(model=small_weights(tmp_path), device="cpu"), split="nowhere"
        )


def test_temperature_undoes_overconfidence() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 24, 4000)
    logits = random.normal(0, 1, (4000, 24))
    logits[np.arange(4000), truth] += 4
    for factor in (0.25, 3.0):
        scaled = factor * logits
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        prediction = Prediction(
            logs.astype(np.float32), np.ones((4000, 4), np.float32), np.zeros(4000, np.float32), CPU
        )
        found = fit_temperature(prediction, truth)
        classes, _ = prediction.probabilities(found)
        right = classes.argmax(axis=1) == truth
        before, _ = prediction.probabilities(1.0)
        after = calibration_error(classes.max(axis=1), right)
        assert after < 0.5 * calibration_error(before.max(axis=1), right)
        assert after < 0.03


def test_sure_means_at_most_one_wrong_in_five_hundred() -> None:
    random = np.random.default_rng(1)
    confidence = random.random(20000).astype(np.float32)
    right = random.random(20000) < confidence**0.1
    doubtful, sure = fit_thresholds(confidence, right)
    assert (~right[confidence >= sure]).mean() <= 1 / 500
    assert doubtful == DOUBTFUL < sure
    # Where nothing is ever wrong, all is sure and nothing doubtful.
    low = confidence.min()
    assert fit_thresholds(confidence, np.ones(20000, np.bool_)) == (low, low)


def test_tiny_numbers_are_left_to_others() -> None:
    smallest = np.array([5e-324])
    with tiny_as_zero():
        assert not (smallest * 1.0).any()
    assert (smallest * 1.0).all()


def test_a_hard_stain_costs_the_other_no_lights() -> None:
    random = np.random.default_rng(2)
    number = 24 * 40
    truth, cells = np.tile(np.arange(24), 40), np.repeat(np.arange(40), 24)
    polarities = np.where(cells < 20, "bright", "dark")
    logits = random.normal(0, 0.1, (number, 24))
    logits[np.arange(number), truth] += 6
    # Of every bright cell four are surely called something else.
    wrong = (polarities == "bright") & (truth < 4)
    logits[wrong] = 0
    logits[wrong, 23] = 6.5
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    strength = np.where(polarities == "bright", 4, 6).astype(np.float32)
    shown = np.ones((number, 4), np.float32)
    prediction = Prediction(logs.astype(np.float32), shown, strength, CPU)
    found = calibration_by_polarity(prediction, truth, cells, polarities)
    bright, dark = (calibration_for(found, polarity) for polarity in Polarity)
    assert (bright["strength"], dark["strength"]) == (4, 6)
    assert bright["temperature"] > 2 * dark["temperature"]
    confidence = prediction.probabilities(dark["temperature"])[0].max(axis=1)
    assert (confidence[polarities == "dark"] >= dark["sure"]).all()
    # One polarity alone, or a few cells of another, have nothing of their own.
    alone = calibration_by_polarity(prediction, truth, cells, np.full(number, "dark"))
    assert set(alone) == {"temperature", "doubtful", "sure", "strength"}
    few = calibration_by_polarity(prediction, truth, cells, np.where(cells < 4, "bright", "dark"))
    assert not [name for name in few if name.endswith("bright")]


def test_labels_that_a_hand_exchanged_are_told_from_errors() -> None:
    cells = np.array([0, 0, 0, 0, 1, 1])
    truth = np.array([20, 21, 3, 4, 20, 21])
    own = np.array([21, 20, 4, 4, 21, 21])
    confidence = np.array([0.99, 0.95, 0.99, 0.99, 0.99, 0.99], np.float32)
    # The 3 called a 4 has no 4 called a 3, and the second cell's 20 no partner.
    assert exchanged(cells, truth, own, confidence).tolist() == [True, True, *[False] * 4]
    confidence[1] = 0.5
    assert not exchanged(cells, truth, own, confidence).any()


def test_a_split_without_a_table_is_refused(data: Path, tmp_path: Path) -> None:
    model = small_weights(tmp_path)
    with pytest.raises(ReadError, match="which split"):
        evaluate(data / "q_band", ClassifyOptions(model=model, device="cpu"), split="val")
    assert (
        "split all" in evaluate(data / "q_band", ClassifyOptions(model=model, device="cpu")).text()
    )
    assert "split test" in evaluate(data, ClassifyOptions(model=model, device="cpu")).text()
