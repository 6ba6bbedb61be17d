"""From a cell, or the cells of a patient, to the probabilities of every chromosome."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_karyo.cell import Cell, Patient
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.device import Device, choose_device
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.prepare import (
    Normalization,
    Prepared,
    draw_inputs,
    length_factors,
    stand_upright,
)
from napari_karyo.preprocessing.scale import WHOLE, factor_of_classes, same_factor
from napari_karyo.preprocessing.upright import Upright

if TYPE_CHECKING:
    from napari_karyo.models.weights import Weights


#: With fewer crops than this, relative length says little: a haploid set has 23.
FEW = 20

#: Where the search for the scale of part of a cell begins, in factors of what its lengths
#: tell, until one is `CLEAR`. Short chromosomes alone come twice too large, long ones
#: alone too small.
STARTS = (1.0, 0.7, 0.5, 1.35)

#: A mean log confidence above this is of crops that are read at their scale.
CLEAR = -0.02

#: How often a cell is looked at from one start, at most.
LOOKS = 8

#: Factors nearer to each other than this, as a ratio, need no further look. The lengths of
#: a whole cell tell its scale as well as its classes do: the two scatter by a twentieth.
ENOUGH = {"part": 1.02, "whole": 1.12}

#: A cell and the upright pictures of its chromosomes.
Standing = tuple[Cell, tuple[Upright, ...]]

#: Told of a cell that holds no chromosome at all.
Unusable = Callable[[Cell, PreprocessingError], None]


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes
    ----------
    done, total : int
        Crops, each as often as it is looked at; more may be added when a cell is looked at
        again.
    text : str
        For the progress bar.
    """

    done: int
    total: int
    text: str


_loading = threading.Lock()


@lru_cache(maxsize=4)
def _loaded(model: str, _stamp: float) -> Weights:
    from napari_karyo.models.weights import load_weights

    return load_weights(model)


def get_weights(model: str | Path = "default") -> Weights:
    """Load weights, or take them from memory where the file has not changed since."""
    path = Path(model)
    # Two threads that ask at once are to share one network, not to load two.
    with _loading:
        return _loaded(str(model), path.stat().st_mtime if path.is_file() else 0.0)


def classify(
    cell: Cell,
    *,
    model: str | Path = "default",
    device: str = "auto",
    normalization: Normalization = "cell",
    progress: Callable[[Progress], None] | None = None,
) -> Classification:
    """Classify the chromosomes of one cell.

    Parameters
    ----------
    cell : Cell
    model : str or Path
        The name of a shipped model or the path of a weights file.
    device : {"auto", "cuda", "mps", "cpu"}
    normalization : {"cell", "patient"}
        For a single cell both mean the same.
    progress : callable, optional

    Returns
    -------
    Classification

    Raises
    ------
    WeightsError, DeviceError, PreprocessingError
    """
    return classify_cells(
        [cell], model=model, device=device, normalization=normalization, progress=progress
    )[0]


def classify_patient(
    patient: Patient,
    *,
    model: str | Path = "default",
    device: str = "auto",
    normalization: Normalization = "patient",
    progress: Callable[[Progress], None] | None = None,
) -> list[Classification]:
    """Classify all cells of a patient; see `classify`.

    The cells share one length factor unless `normalization` is ``"cell"``.
    """
    return classify_cells(
        patient.cells, model=model, device=device, normalization=normalization, progress=progress
    )


def classify_cells(
    cells: Sequence[Cell],
    *,
    model: str | Path = "default",
    device: str = "auto",
    normalization: Normalization = "cell",
    progress: Callable[[Progress], None] | None = None,
    unusable: Unusable | None = None,
) -> list[Classification]:
    """Classify several cells; see `classify` and `iter_classify`."""
    run = iter_classify(
        cells, model=model, device=device, normalization=normalization, unusable=unusable
    )
    while True:
        try:
            step = next(run)
        except StopIteration as end:
            return list(end.value)
        if progress is not None:
            progress(step)


def iter_classify(
    cells: Sequence[Cell],
    *,
    model: str | Path = "default",
    device: str = "auto",
    normalization: Normalization = "cell",
    unusable: Unusable | None = None,
) -> Generator[Progress, None, list[Classification]]:
    """Classify the cells of a patient step by step, for a worker that may be cancelled.

    Parameters
    ----------
    cells : sequence of Cell
    model, device, normalization
        See `classify`.
    unusable : callable, optional
        Told of each cell that holds no chromosome; such a cell is left out and the
        others go on. Without it the error is raised.

    Yields
    ------
    Progress
        Before the weights are loaded, before each cell is prepared and looked at, and
        after each batch. Closing the generator ends the run.

    Returns
    -------
    list of Classification
        In the order of `cells`.

    Raises
    ------
    WeightsError, DeviceError, PreprocessingError
    """
    total = sum(len(cell) for cell in cells)
    yield Progress(0, total, "Loading the model")
    place = choose_device(device)
    weights = get_weights(model)
    standing: list[Standing] = []
    for cell in cells:
        yield Progress(0, total, f"Preparing {cell.name}")
        try:
            standing.append(stand_upright(cell))
        except PreprocessingError as error:
            if unusable is None:
                raise
            unusable(cell, error)
    # Cells of one scale are looked at together.
    shared = normalization == "patient"
    groups = [standing] if shared and standing else [[one] for one in standing]
    results: list[Classification] = []
    tally = _Tally(total)
    for group in groups:
        of_group, place = yield from _classify_group(group, weights, place, tally)
        few = sum(map(len, of_group)) < FEW
        results += [_withheld(result) if few else result for result in of_group]
    yield Progress(tally.total, tally.total, "Done")
    return results


@dataclass
class _Tally:
    """Crops done, and to be done as far as is known."""

    total: int
    done: int = 0

    def step(self, text: str, more: int = 0) -> Progress:
        return Progress(self.done + more, self.total, text)


def _classify_group(
    group: list[Standing], weights: Weights, place: Device, tally: _Tally
) -> Generator[Progress, None, tuple[list[Classification], Device]]:
    """Classify cells of one scale, again where what they were called tells another one.

    Of all looks the one counts of which the network is surest, so that a cell that it
    can't read is not led astray.
    """
    settings = weights.network.config.input
    lengths = [picture.length for _, pictures in group for picture in pictures]
    polarity = group[0][0].polarity
    of_lengths = length_factors([pictures for _, pictures in group], settings, "patient")[0]
    part = max(len(pictures) for _, pictures in group) < WHOLE
    enough = ENOUGH["part" if part else "whole"]
    best: list[Classification] = []
    tried: list[float] = []
    notes: list[dict[str, None]] = [{} for _ in group]
    for start in STARTS if part and settings.settle else STARTS[:1]:
        factor = start * of_lengths
        for _ in range(LOOKS if settings.settle else 1):
            if any(same_factor(factor, other, enough) for other in tried):
                break
            if tried:
                tally.total += len(lengths)
            tried.append(factor)
            found, place = yield from _look(group, factor, weights, place, tally, bool(best))
            for told, result in zip(notes, found, strict=True):
                told.update(dict.fromkeys(result.notes))
            if not best or _certainty(found) > _certainty(best):
                best = found
            sure = np.concatenate([result.confidence for result in found])
            classes = np.concatenate([result.probabilities.argmax(axis=1) for result in found])
            # By the squares those that the network is unsure of count little.
            factor = factor_of_classes(lengths, classes, sure**2, polarity, settings)
        if _certainty(best) > CLEAR:
            break
    # What happened in any look, such as a GPU that ran out of memory, is to be known.
    told_all = zip(best, notes, strict=True)
    return [replace(result, notes=tuple(told)) for result, told in told_all], place


def _look(
    group: list[Standing],
    factor: float,
    weights: Weights,
    place: Device,
    tally: _Tally,
    again: bool,
) -> Generator[Progress, None, tuple[list[Classification], Device]]:
    """Classify cells with a length factor."""
    found: list[Classification] = []
    for cell, pictures in group:
        text = f"Classifying {cell.name}{' again' if again else ''} on {place}"
        yield tally.step(text)
        item = draw_inputs(cell, pictures, factor, weights.network.config.input)
        run = _classify_prepared(item, weights, place)
        while True:
            try:
                done = next(run)
            except StopIteration as end:
                result, place = end.value
                break
            yield tally.step(text, done)
        tally.done += len(pictures)
        found.append(result)
    return found, place


def _certainty(results: list[Classification]) -> float:
    return float(np.log(np.concatenate([result.confidence for result in results])).mean())


def _withheld(result: Classification) -> Classification:
    """Call nothing sure in a cell of a few crops, and say why."""
    count = len(result.cell)
    words = "1 crop" if count == 1 else f"{count} crops"
    why = (
        f"Only {words}: their scale is not certain, by which classes are told apart. "
        "Look at every one."
    )
    return replace(result, withheld=why)


def _classify_prepared(
    item: Prepared, weights: Weights, place: Device
) -> Generator[int, None, tuple[Classification, Device]]:
    """Classify one cell; yields the crops done."""
    from napari_karyo.inference.predict import iter_predict

    prediction = yield from iter_predict(weights.network, item.inputs, place)
    probabilities, p_arm_up = prediction.probabilities(weights.calibration["temperature"])
    result = Classification(
        cell=item.cell,
        probabilities=probabilities,
        p_arm_up=p_arm_up,
        attention=prediction.attention,
        uprights=item.uprights,
        inputs=item.inputs,
        input_grids=item.grids,
        scale=item.factor,
        model=weights.name,
        model_hash=weights.sha256,
        device=str(prediction.device),
        thresholds=(weights.calibration["doubtful"], weights.calibration["sure"]),
        foreign=np.zeros(len(item.cell), np.bool_),
        notes=tuple(prediction.notes),
        settings=weights.network.config.input,
    )
    # A GPU that was too small once is not asked again for the patient's other cells.
    return result, prediction.device
