"""Prediction, classification and saliency with a small untrained network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage
from small import CALIBRATION, SMALL, bar, small_network, small_weights

from napari_karyo.cell import Cell, Chromosome, Patient, Polarity
from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.errors import DeviceError, PreprocessingError, WeightsError
from napari_karyo.inference.classify import (
    classify,
    classify_cells,
    classify_patient,
    get_weights,
    iter_classify,
)
from napari_karyo.inference.confidence import Light, lights
from napari_karyo.inference.device import Device, choose_device
from napari_karyo.inference.familiarity import SURE_FROM
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.passes import Answer
from napari_karyo.inference.predict import VIEWS, predict
from napari_karyo.inference.result import Classification
from napari_karyo.inference.saliency import attention_on_crop, saliency
from napari_karyo.inference.scales import PASSES, STARTS
from napari_karyo.models.weights import save_weights
from napari_karyo.preprocessing.length import length_factor
from napari_karyo.preprocessing.prepare import Factors, InputSettings
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.preprocessing.upright import Upright
from napari_karyo.simulation.sample import simulate_cell

CPU = Device("cpu", "test")


@pytest.fixture
def cell() -> Cell:
    rows = (80, 70, 50, 40, 30)
    crops = [Chromosome(f"{n}.png", bar(n, (4, n // 3)), None, None) for n in rows]
    return Cell("cell", tuple(crops), Polarity.BRIGHT)


def test_a_crop_turned_by_half_gets_the_same_class_and_the_other_polarity() -> None:
    network = small_network()
    inputs = np.random.default_rng(0).random((3, 1, 128, 48), np.float32)
    as_is, turned = (
        predict(network, np.ascontiguousarray(x), CPU) for x in (inputs, inputs[..., ::-1, ::-1])
    )
    classes, up = as_is.probabilities(1.3)
    turned_classes, turned_up = turned.probabilities(1.3)
    assert np.allclose(classes, turned_classes, atol=1e-5)
    assert np.allclose(up, 1 - turned_up, atol=1e-5)
    assert np.allclose(as_is.attention, turned.attention[:, ::-1], atol=1e-5)
    assert np.allclose(classes.sum(axis=1), 1, atol=1e-5)


def test_a_network_of_24_outputs_says_nothing_of_polarity() -> None:
    network = small_network(either_way_up=False)
    inputs = np.random.default_rng(0).random((2, 1, 128, 48), np.float32)
    classes, up = predict(network, inputs, CPU).probabilities(1.0)
    assert classes.shape == (2, 24)
    assert (up == 1).all()


def test_one_view_is_the_crop_as_it_lies() -> None:
    network = small_network()
    inputs = np.random.default_rng(0).random((3, 1, 128, 48), np.float32)
    with torch.inference_mode():
        logits, _ = network.eval()(torch.from_numpy(inputs))
    alone = predict(network, inputs, CPU, views=1).log_outputs
    assert np.allclose(alone, torch.log_softmax(logits.float(), dim=1), atol=1e-2)
    assert not np.allclose(alone, predict(network, inputs, CPU).log_outputs, atol=1e-2)


def test_a_higher_temperature_makes_it_more_modest() -> None:
    inputs = np.random.default_rng(0).random((2, 1, 128, 48), np.float32)
    prediction = predict(small_network(), inputs, CPU)
    sharp, modest = (prediction.probabilities(t)[0].max(axis=1) for t in (0.2, 2.0))
    assert (sharp > modest).all()


def test_a_gpu_out_of_memory_goes_on_smaller_and_then_on_the_cpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = small_network()
    inputs = np.random.default_rng(0).random((5, 1, 128, 48), np.float32)
    expected = predict(network, inputs, CPU).log_outputs
    crowded = Device("mps", "small GPU")
    monkeypatch.setattr(Device, "torch", lambda self: torch.device("cpu"))
    monkeypatch.setattr("napari_karyo.inference.predict.BATCH", {"mps": 4, "cpu": 2})
    real = network.forward
    passes: list[int] = []

    def forward(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        passes.append(len(images))
        if len(passes) <= 3:
            raise RuntimeError("MPS backend out of memory")
        return real(images)

    monkeypatch.setattr(network, "forward", forward)
    prediction = predict(network, inputs, crowded)
    assert np.allclose(prediction.log_outputs, expected, atol=1e-5)
    assert passes[:4] == [16, 8, 4, 8]  # four views of 4, 2 and 1 crops, then the CPU's 2
    assert prediction.device.kind == "cpu"
    assert "batches of 2" in prediction.notes[0]
    assert "CPU" in prediction.notes[-1]


def test_another_error_is_not_taken_for_a_full_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network()

    def forward(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(network, "forward", forward)
    with pytest.raises(RuntimeError, match="shapes"):
        predict(network, np.zeros((1, 1, 128, 48), np.float32), CPU)


def test_devices() -> None:
    assert choose_device("auto").kind in ("cuda", "mps", "cpu")
    assert choose_device("cpu").kind == "cpu"
    with pytest.raises(DeviceError, match="no device"):
        choose_device("abacus")
    if not torch.cuda.is_available():
        with pytest.raises(DeviceError, match="no cuda device"):
            choose_device("cuda")


def test_classify_a_cell(cell: Cell, tmp_path: Path) -> None:
    path = small_weights(tmp_path)
    seen: list[int] = []
    result = classify(
        cell,
        ClassifyOptions(model=path, device="cpu"),
        progress=lambda step: seen.append(step.done),
    )
    assert len(result) == 5
    assert result.probabilities.shape == (5, 24)
    assert result.attention.shape[0] == 5
    assert result.confidence.tolist() == result.probabilities.max(axis=1).tolist()
    assert [best[0][0] for best in map(result.alternatives, range(5))] == list(result.predicted)
    # It is sure of none, so that more than the usual 0.9 would be asked of what is sure.
    assert result.thresholds == (0.4, SURE_FROM)
    assert result.foreign.tolist() == [False] * 5
    assert seen == sorted(seen)
    assert seen[-1] == 5


def test_the_expected_class_is_not_shown_to_the_classifier(cell: Cell, tmp_path: Path) -> None:
    path = small_weights(tmp_path)
    named = Cell(
        "cell",
        tuple(Chromosome(f"7_{n}.png", c.image, None, "7") for n, c in enumerate(cell)),
        cell.polarity,
    )
    plain, told = (
        classify(c, ClassifyOptions(model=path, device="cpu")).probabilities for c in (cell, named)
    )
    assert np.array_equal(plain, told)


def test_a_crop_that_cannot_be_used_leaves_the_others(cell: Cell, tmp_path: Path) -> None:
    black = Chromosome("black.png", np.zeros((30, 20), np.uint8))
    with_black = Cell("cell", (black, *cell.chromosomes), cell.polarity)
    result = classify(with_black, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    assert len(result) == 5
    assert [problem.file for problem in result.cell.problems] == ["black.png"]


def test_a_patients_cells_share_one_factor(cell: Cell, tmp_path: Path) -> None:
    path = small_weights(tmp_path)
    shorter = Cell("short", cell.chromosomes[2:], cell.polarity)
    patient = Patient("patient", (cell, shorter))
    shared = classify_patient(
        patient, ClassifyOptions(model=path, device="cpu", normalization="patient")
    )
    own = classify_patient(patient, ClassifyOptions(model=path, device="cpu", normalization="cell"))
    assert shared[0].scale == shared[1].scale
    assert own[0].scale != own[1].scale


@pytest.mark.parametrize("stain", ["G", "Q"])
def test_a_cell_without_its_long_chromosomes_settles_on_the_scale_of_the_whole(stain: str) -> None:
    whole = simulate_cell("46,XX", seed=1, stain=stain)
    short = [item for item in whole if item.expected in AUTOSOMES[12:]]
    part = replace(whole, chromosomes=tuple(short))
    scale = classify(whole, ClassifyOptions(device="cpu")).scale
    steps = list(iter_classify([part], ClassifyOptions(device="cpu")))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    # Each further pass makes the bar longer.
    again = next(step for step in steps if "again" in step.text)
    assert again.done == len(part) < again.total
    assert steps[-1].done == steps[-1].total >= 2 * len(part)
    assert any("again" in step.text for step in steps)
    found = classify(part, ClassifyOptions(device="cpu"))
    lengths = [upright.length for upright in found.uprights]
    settings = get_weights("default").network.config.input
    from_lengths = length_factor(lengths, settings.target_rows, settings.quantile)
    assert from_lengths > 1.5 * scale
    assert found.scale == pytest.approx(scale, rel=0.12)
    assert np.mean([a == b.expected for a, b in zip(found.predicted, part, strict=True)]) > 0.9


def test_a_whole_cell_keeps_the_scale_of_its_lengths() -> None:
    whole = simulate_cell("46,XY", seed=2)
    steps = iter_classify([whole], ClassifyOptions(device="cpu"))
    texts = []
    while True:
        try:
            texts.append(next(steps).text)
        except StopIteration as end:
            (found,) = end.value
            break
    assert not any("again" in text for text in texts)
    settings = get_weights("default").network.config.input
    lengths = [upright.length for upright in found.uprights]
    assert found.scale == length_factor(lengths, settings.target_rows, settings.quantile)


def test_a_model_that_does_not_settle_makes_one_pass(cell: Cell, tmp_path: Path) -> None:
    for settle in (False, True):
        network = small_network(input=replace(SMALL.input, settle=settle))
        path = tmp_path / f"{settle}.safetensors"
        save_weights(path, network, CALIBRATION, {})
        steps = iter_classify([cell], ClassifyOptions(model=path, device="cpu"))
        assert any("again" in step.text for step in steps) is settle


def test_crops_are_pulled_straight_once_however_often_they_are_looked_at(
    cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settles.safetensors"
    settings = replace(SMALL.input, settle=True, straighten=True)
    save_weights(path, small_network(input=settings), CALIBRATION, {})
    pulled: list[Upright] = []

    def counted(picture: Upright) -> Upright:
        pulled.append(picture)
        return straighten(picture)

    monkeypatch.setattr("napari_karyo.preprocessing.prepare.straighten", counted)
    steps = iter_classify([cell], ClassifyOptions(model=path, device="cpu"))
    assert any("again" in step.text for step in steps)
    assert len(pulled) == len(cell)


def passes_of(
    cell: Cell,
    folder: Path,
    sure: Callable[[float], float],
    told: Callable[[float], float],
    start: float,
    cells: Sequence[Cell] = (),
    notes: Mapping[float, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Classification, list[float]]:
    """Classify with a network that is as sure and tells the factor that it is told to.

    Several cells share a factor.
    """
    path = folder / "settles.safetensors"
    settles = replace(SMALL.input, settle=True)
    save_weights(path, small_network(input=settles), CALIBRATION, {})
    seen: list[float] = []
    base = classify(cell, ClassifyOptions(model=small_weights(folder), device="cpu"))

    def drawn(
        _: Cell,
        pictures: tuple[Upright, ...],
        factor: Factors,
        __: InputSettings,
        pulled: Sequence[Upright],
    ) -> Any:
        assert len(pulled) == len(pictures)
        seen.append(round(float(np.median(factor)), 3))
        return seen[-1], len(pictures)

    def looked(item: tuple[float, int], _: object, place: Device, views: int) -> Any:
        assert views == VIEWS
        factor, count = item
        yield count
        row = np.full((count, 24), (1 - sure(factor)) / 23, np.float32)
        row[:, 3] = sure(factor)
        told = notes.get(factor, ())
        result = replace(base, probabilities=row, scales=np.full(count, factor), notes=told)
        said = np.zeros((count, 48), np.float32)
        return Answer(result, said, np.zeros(count, np.float32)), place

    passes, scales = "napari_karyo.inference.passes", "napari_karyo.inference.scales"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{passes}.draw_inputs", drawn)
        patch.setattr(f"{passes}._classify_prepared", looked)
        patch.setattr(f"{scales}.length_factor", lambda *_: start)
        patch.setattr(f"{scales}.factor_of_classes", lambda *_: told(seen[-1]))
        return classify_cells(
            cells or [cell], ClassifyOptions(model=path, device="cpu", normalization="patient")
        )[0], seen


def test_the_surest_of_all_passes_counts(cell: Cell, tmp_path: Path) -> None:
    sure = {3.0: 0.5, 1.0: 0.99, 2.0: 0.7}
    # The third pass is the last: it tells the scale that it already has.
    told = {3.0: 1.0, 1.0: 2.0, 2.0: 2.0}
    found, seen = passes_of(cell, tmp_path, sure.__getitem__, told.__getitem__, 3.0)
    assert seen == [3.0, 1.0, 2.0]
    assert found.scale == 1.0


def test_part_of_a_cell_that_is_not_clear_is_looked_at_from_other_scales(
    cell: Cell, tmp_path: Path
) -> None:
    """A wrong scale tells itself; only one that begins near the right one finds it."""

    def sure(factor: float) -> float:
        return 0.99 if factor == 1.1 else 0.6

    def told(factor: float) -> float:
        return 1.1 if 0.9 < factor < 1.3 else factor

    found, seen = passes_of(cell, tmp_path, sure, told, 2.0)
    assert seen == [2.0, 1.4, 1.0, 1.1]
    assert found.scale == 1.1
    # Of a whole cell the lengths are to be trusted.
    whole = Cell("whole", cell.chromosomes * 7, cell.polarity)
    found, seen = passes_of(whole, tmp_path, sure, told, 2.0)
    assert seen == [2.0]


def test_a_cell_that_never_settles_is_not_looked_at_for_ever(cell: Cell, tmp_path: Path) -> None:
    _, seen = passes_of(cell, tmp_path, lambda _: 0.5, lambda factor: factor * 1.1, 1.0)
    assert seen[:PASSES] == pytest.approx([1.1**n for n in range(PASSES)], abs=1e-3)
    # Each start has its own.
    assert PASSES < len(seen) <= PASSES * len(STARTS)


def test_cells_that_share_a_scale_are_parts_where_none_is_whole(cell: Cell, tmp_path: Path) -> None:
    cells = [Cell(f"{n}", cell.chromosomes, cell.polarity) for n in range(8)]
    _, seen = passes_of(cells[0], tmp_path, lambda _: 0.6, lambda factor: factor, 1.0, cells)
    assert seen == [start for start in STARTS for _ in cells]


def test_what_happened_in_a_pass_that_does_not_count_is_told(cell: Cell, tmp_path: Path) -> None:
    sure = {3.0: 0.5, 1.0: 0.99}
    found, _ = passes_of(
        cell,
        tmp_path,
        sure.__getitem__,
        lambda _: 1.0,
        3.0,
        notes={3.0: ("The GPU ran out of memory.",)},
    )
    assert found.scale == 1.0
    assert "The GPU ran out of memory." in found.notes


def test_a_run_may_be_cancelled_between_two_steps(cell: Cell, tmp_path: Path) -> None:
    run = iter_classify([cell], ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    assert next(run).done == 0
    run.close()
    with pytest.raises(StopIteration):
        next(run)


def test_saliency_lies_on_the_chromosome_and_follows_the_class(cell: Cell, tmp_path: Path) -> None:
    result = classify(cell, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    maps = saliency(result, device="cpu")
    assert [m.shape for m in maps] == [c.image.shape for c in cell]
    assert all(m.min() >= 0 and m.max() == pytest.approx(1) for m in maps)
    (other,) = saliency(result, [0], ["21"], device="cpu")
    (own,) = saliency(result, [0], [result.predicted[0]], device="cpu")
    assert np.allclose(own, maps[0], atol=1e-4)
    if result.predicted[0] != "21":
        assert not np.allclose(own, other, atol=1e-2)


def test_saliency_changes_with_the_weights(cell: Cell, tmp_path: Path) -> None:
    first, second = (small_weights(tmp_path, seed) for seed in (0, 1))
    result = classify(cell, ClassifyOptions(model=first, device="cpu"))
    (own,) = saliency(result, [1], ["3"], device="cpu")
    (random,) = saliency(result, [1], ["3"], model=second, device="cpu")
    assert abs(np.corrcoef(own.ravel(), random.ravel())[0, 1]) < 0.95


def test_attention_is_shown_along_the_chromosome(cell: Cell, tmp_path: Path) -> None:
    result = classify(cell, ClassifyOptions(model=small_weights(tmp_path), device="cpu"))
    result.attention[0] = 0
    result.attention[0, result.attention.shape[1] // 2] = 1
    shown = attention_on_crop(result, 0)
    assert shown.shape == cell.chromosomes[0].image.shape
    middle = ndimage.center_of_mass(shown)[0]
    assert middle == pytest.approx(shown.shape[0] / 2, abs=4)
    assert shown[:, 0].max() == 0


def test_a_few_crops_are_never_called_sure(cell: Cell, tmp_path: Path) -> None:
    weights = small_weights(tmp_path)
    result = classify(cell, ClassifyOptions(model=weights, device="cpu"))
    assert "Only 5 crops" in result.withheld
    assert result.remarks == (result.withheld,)
    result.probabilities[:] = np.eye(24)[:5]
    assert set(lights(result, dict(enumerate(CLASSES[:5]))).values()) == {Light.LOOK}
    alone = classify(
        Cell("one", cell.chromosomes[:1], cell.polarity),
        ClassifyOptions(model=weights, device="cpu"),
    )
    assert "Only 1 crop:" in alone.withheld
    # Five crops of a patient of thirty share its length factor.
    patient = Patient("p", tuple(Cell(f"{n}", cell.chromosomes, cell.polarity) for n in range(6)))
    for shared in classify_patient(
        patient, ClassifyOptions(model=weights, device="cpu", normalization="patient")
    ):
        assert not shared.remarks


def test_a_cell_without_a_chromosome_costs_only_itself(cell: Cell, tmp_path: Path) -> None:
    black = Cell("black", (Chromosome("1.png", np.zeros((20, 20), np.uint8)),), cell.polarity)
    told: list[str] = []
    results = classify_cells(
        [cell, black, cell],
        ClassifyOptions(model=small_weights(tmp_path), device="cpu"),
        unusable=lambda lost, error: told.append(f"{lost.name}: {error.what}"),
    )
    assert [result.cell.name for result in results] == ["cell", "cell"]
    assert told == ["black: none of the crops holds a chromosome."]
    with pytest.raises(PreprocessingError, match="none of the crops"):
        classify_cells([cell, black], ClassifyOptions(model=small_weights(tmp_path), device="cpu"))


def test_saliency_wants_the_weights_that_classified(cell: Cell, tmp_path: Path) -> None:
    weights = small_weights(tmp_path)
    result = classify(cell, ClassifyOptions(model=weights, device="cpu"))
    assert len(saliency(result, [0])) == 1
    with pytest.raises(WeightsError, match="weights have changed"):
        saliency(replace(result, model_hash="0" * 64), [0])


def test_a_chosen_stain_is_that_of_every_cell(cell: Cell, tmp_path: Path) -> None:
    weights = small_weights(tmp_path)
    wrong = replace(cell, polarity=Polarity.DARK)
    found = classify(wrong, ClassifyOptions(model=weights, device="cpu", stain=Polarity.BRIGHT))
    plain = classify(cell, ClassifyOptions(model=weights, device="cpu"))
    assert found.cell.polarity is Polarity.BRIGHT
    assert np.array_equal(found.probabilities, plain.probabilities)
    # Who is told of a cell that can't be used knows it again.
    told: list[Cell] = []
    dark = ClassifyOptions(model=weights, device="cpu", stain=Polarity.DARK)
    empty = Cell("empty", (Chromosome("1.png", np.full((40, 20), 255, np.uint8)),), Polarity.BRIGHT)
    assert classify_cells([empty], dark, unusable=lambda one, _: told.append(one)) == []
    assert told == [empty]
    assert told[0] is empty
