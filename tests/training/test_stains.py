"""Which rows of a table of labels are used, and what is said of models that don't tell all."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small import CALIBRATION, SMALL, labelled_cells, small_network, small_weights
from torch.optim.swa_utils import AveragedModel

from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.inference.device import Device
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.models.network import NetworkConfig
from napari_karyo.models.weights import load_weights, save_weights
from napari_karyo.training import train as entry
from napari_karyo.training.checkpoint import TrainingState
from napari_karyo.training.dataset import Dataset
from napari_karyo.training.evaluate import evaluate
from napari_karyo.training.fit import _keep, _with_repeats, validate
from napari_karyo.training.train import load_crops


@pytest.fixture
def two_stains(tmp_path: Path) -> Path:
    """The small cells twice, each time in an archive: as ``q_band`` and as ``q_other``."""
    folder = labelled_cells(tmp_path / "data")
    with (folder / "labels.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    other = [["q_other", *row[1:5], row[5].replace("q_band", "q_other")] for row in rows]
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows, *other])
    crops = list(folder.rglob("*.png"))
    for stain in ("q_band", "q_other"):
        with zipfile.ZipFile(folder / f"{stain}.zip", "w") as archive:
            for crop in crops:
                archive.write(crop, crop.relative_to(folder).as_posix().replace("q_band", stain))
    for crop in crops:
        crop.unlink()
    return folder


def test_only_the_rows_of_a_stain_are_read(two_stains: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    crops = load_crops([two_stains], work, SMALL.input, ("q_other",))
    assert set(crops.stains) == {"q_other"}
    assert len(crops.labels) == 12
    assert [path.name for path in work.glob("*/*.unpacked")] == [
        f"q_other.{(two_stains / 'q_other.zip').stat().st_size}.unpacked"
    ]
    # What is kept for one choice is not taken for another.
    assert set(load_crops([two_stains], work, SMALL.input).stains) == {"q_band", "q_other"}
    report = evaluate(
        two_stains, ClassifyOptions(model=small_weights(tmp_path), device="cpu"), stains=("q_band",)
    )
    assert report.stains == ("q_band",)


def test_a_folder_without_the_stain_gives_nothing(two_stains: Path, tmp_path: Path) -> None:
    plain = labelled_cells(tmp_path / "plain")
    crops = load_crops([plain, two_stains], tmp_path / "work", SMALL.input, ("q_other",))
    assert len(crops.labels) == 12


def test_a_stain_that_no_row_has_is_refused(two_stains: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"'q_bnd'") as training:
        load_crops([two_stains], tmp_path / "work", SMALL.input, ("q_bnd", "q_other"))
    assert "q_band, q_other" in training.value.remedy
    with pytest.raises(ReadError, match=r"'q_bnd'"):
        evaluate(
            two_stains,
            ClassifyOptions(model=small_weights(tmp_path), device="cpu"),
            stains=("q_bnd",),
        )


def test_no_polarity_is_reported_of_a_model_that_does_not_tell_it(
    two_stains: Path, tmp_path: Path
) -> None:
    network = small_network(either_way_up=False)
    path = tmp_path / "class alone.safetensors"
    save_weights(path, network, CALIBRATION, {})
    report = evaluate(two_stains, ClassifyOptions(model=path, device="cpu"))
    assert report.figures("q_band")["polarity"] is None
    assert "polarity not known" in report.text()
    crops: Dataset = load_crops([two_stains], tmp_path / "work", SMALL.input)
    val = crops.select("val")
    figures = validate(network, crops, val, Device("cpu", "test"))
    assert not [name for name in figures if "polarity" in name]
    told = validate(small_network(), crops, val, Device("cpu", "test"))
    assert np.isfinite(told["q_band_polarity"])


def test_what_a_weights_file_does_not_say_is_the_default() -> None:
    values = replace(SMALL, hidden=(3, 2)).as_dict()
    for name in ("strides", "stem_stride", "depths"):
        del values[name]
    read = NetworkConfig.from_dict(values)
    assert (read.strides, read.stem_stride, read.depths) == (
        NetworkConfig.strides,
        NetworkConfig.stem_stride,
        NetworkConfig.depths,
    )
    assert read.hidden == (3, 2)


def test_one_laboratory_can_be_left_out(two_stains: Path, tmp_path: Path) -> None:
    other = labelled_cells(tmp_path / "other")
    table = other / "labels.csv"
    table.write_text(table.read_text().replace("q_band,", "dapi,"))
    folders, work = [two_stains, other], tmp_path / "work"
    assert set(load_crops(folders, work, SMALL.input).stains) == {"q_band", "q_other", "dapi"}
    without = load_crops(folders, work, SMALL.input, ("q_band", "q_other"))
    assert set(without.stains) == {"q_band", "q_other"}
    assert len(without.labels) == 24


def test_every_rare_stain_is_shown_several_times() -> None:
    counts = {"g": 40, "q": 8, "dapi": 10, "spreads": 20}
    stains = np.repeat(list(counts), list(counts.values()))
    count = len(stains)
    nothing = np.zeros(count, np.int64)
    data = Dataset(
        np.zeros((count, 2, 2), np.uint8),
        nothing,
        stains,
        np.full(count, "train"),
        np.full(count, "p"),
        nothing,
        np.ones(count, np.bool_),
    )

    def shown(data: Dataset) -> dict[str, int]:
        names, times = np.unique(data.stains[_with_repeats(data, 3)], return_counts=True)
        return dict(zip(names.tolist(), times.tolist(), strict=True))

    assert shown(data) == {"g": 40, "q": 24, "dapi": 30, "spreads": 20}
    # The rarest always.
    assert shown(data.take(np.nonzero(np.isin(stains, ["g", "spreads"]))[0])) == {
        "g": 40,
        "spreads": 60,
    }


def test_a_recipe_is_chosen_by_name_and_told(
    two_stains: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = replace(entry.RECIPES["looks"], epochs=2, batch=4)
    monkeypatch.setitem(entry.RECIPES, "looks", quick)
    monkeypatch.setitem(entry.CONFIGS, "default", SMALL)
    path = entry.train(
        [two_stains], tmp_path / "out", recipe="looks", device="cpu", progress=lambda _: None
    )
    assert path is not None
    facts = load_weights(path).facts
    assert "--config default --recipe looks --epochs 2" in facts["command"]
    assert facts["recipe"]["augmentation"]["looks"]["marrow"] == 0.15
    assert {"q_band_loss", "q_other_loss"} <= set(facts["val"])
    with pytest.raises(KaryoError, match="there is no recipe 'look'"):
        entry.train([two_stains], tmp_path / "out", recipe="look", device="cpu")


def test_the_epoch_kept_is_that_of_the_lowest_mean_over_stains(tmp_path: Path) -> None:
    """However many crops each stain has."""
    network = small_network()
    state = TrainingState(
        network,
        AveragedModel(network),
        torch.optim.SGD(network.parameters(), 0.1),
        None,  # type: ignore[arg-type]
        torch.zeros(()),
    )
    assert _keep(state, network, {"a_loss": 1.0, "a_top1": 0.1, "b_loss": 3.0})
    assert not _keep(state, network, {"a_loss": 0.1, "a_top1": 0.9, "b_loss": 4.0})
    assert _keep(state, network, {"a_loss": 1.8, "a_top1": 0.1, "b_loss": 2.0})
    assert state.best_loss == pytest.approx(1.9)
