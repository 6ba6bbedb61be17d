"""From a cell, or the cells of a patient, to the probabilities of every chromosome."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from napari_karyo.cell import Cell, Lost, Patient
from napari_karyo.counted import count
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.calibration import calibration_for
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.familiarity import judged, usual_of
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.passes import Answer, Progress, Standing, Tally
from napari_karyo.inference.predict import VIEWS
from napari_karyo.inference.result import Classification
from napari_karyo.inference.scales import at_its_scale
from napari_karyo.models.own import adopted
from napari_karyo.preprocessing.prepare import stand_upright

if TYPE_CHECKING:
    from napari_karyo.models.weights import Weights


#: With fewer crops than this, relative length says little: a haploid set has 23.
FEW = 20

#: Told of a cell that holds no chromosome at all.
Unusable = Callable[[Cell, PreprocessingError], None]


_loading = threading.Lock()


@lru_cache(maxsize=4)
def _loaded(model: str, _stamp: float) -> Weights:
    from napari_karyo.models.weights import load_weights

    return load_weights(model)


def get_weights(model: str | Path = "default") -> Weights:
    """Load weights, or take them from memory where the file has not changed since."""
    path = adopted(str(model)) or Path(model)
    # Two threads that ask at once are to share one network, not to load two.
    with _loading:
        return _loaded(str(model), path.stat().st_mtime if path.is_file() else 0.0)


def classify(
    cell: Cell,
    options: ClassifyOptions | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    views: int = VIEWS,
) -> Classification:
    """Classify the chromosomes of one cell.

    Parameters
    ----------
    cell : Cell
    options : ClassifyOptions, optional
    progress : callable, optional
    views : int
        See `napari_karyo.inference.predict.iter_predict`; all where a result is shown.

    Raises
    ------
    WeightsError, DeviceError, PreprocessingError
    """
    return classify_cells([cell], options, progress=progress, views=views)[0]


def classify_patient(
    patient: Patient,
    options: ClassifyOptions | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> list[Classification]:
    """Classify all cells of a patient; see `classify`.

    The cells share one length factor unless the options say otherwise.
    """
    if options is None:
        options = ClassifyOptions(normalization="patient")
    return classify_cells(patient.cells, options, progress=progress)


def classify_cells(
    cells: Sequence[Cell],
    options: ClassifyOptions | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    unusable: Unusable | None = None,
    views: int = VIEWS,
) -> list[Classification]:
    """Classify several cells; see `classify` and `iter_classify`."""
    run = iter_classify(cells, options, unusable=unusable, views=views)
    while True:
        try:
            step = next(run)
        except StopIteration as end:
            return list(end.value)
        if progress is not None:
            progress(step)


def iter_classify(
    cells: Sequence[Cell],
    options: ClassifyOptions | None = None,
    *,
    unusable: Unusable | None = None,
    views: int = VIEWS,
) -> Generator[Progress, None, list[Classification]]:
    """Classify the cells of a patient step by step, for a worker that may be cancelled.

    Parameters
    ----------
    cells : sequence of Cell
    options : ClassifyOptions, optional
    unusable : callable, optional
        Told of each cell that holds no chromosome; such a cell is left out and the
        others go on. Without it the error is raised.
    views : int
        See `napari_karyo.inference.predict.iter_predict`.

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
    options = options or ClassifyOptions()
    total = sum(len(cell) for cell in cells)
    yield Progress(0, total, "Loading the model")
    place = choose_device(options.device)
    weights = get_weights(options.model)
    standing: list[Standing] = []
    for cell in cells:
        yield Progress(0, total, f"Preparing {cell.name}")
        stained = cell if options.stain is None else replace(cell, polarity=options.stain)
        try:
            standing.append(stand_upright(stained))
        except PreprocessingError as error:
            if unusable is None:
                raise
            unusable(cell, error)
    # Cells of one scale are looked at together.
    shared = options.normalization == "patient"
    groups = [standing] if shared and standing else [[one] for one in standing]
    results: list[Classification] = []
    tally = Tally(total)
    for group in groups:
        of_group, place = yield from at_its_scale(group, weights, place, tally, views)
        few = sum(len(one.result) for one in of_group) < FEW
        results += [judged_answer(one, weights.calibration, few) for one in of_group]
    yield Progress(tally.total, tally.total, "Done")
    return results


def judged_answer(answer: Answer, calibration: Mapping[str, float], few: bool) -> Classification:
    """Return a result with what stands against it: few crops, unknown material.

    Parameters
    ----------
    answer : Answer
    calibration : mapping of str to float
        Of the model.
    few : bool
        Whether there are fewer crops than `FEW` to tell the scale.
    """
    result = answer.result
    if few:
        number = len(result.cell)
        words = f"{count(number, 'crop')}: {'its' if number == 1 else 'their'}"
        why = f"Only {words} scale is not certain, by which classes are told apart."
        result = replace(result, withheld=f"{why} Look at every one.")
    if Lost.SCALE in result.cell.lost:
        why = "Its crops were resized to one size, so that their relative length is lost."
        result = replace(result, withheld=f"{why} Look at every one.")
    usual = calibration_for(calibration, result.cell.polarity).get("strength")
    if usual is None:
        note = "These weights were made before the model could tell unknown material: look twice."
        return replace(result, notes=(*result.notes, note))
    bands = usual_of(calibration, result.cell.polarity)
    return judged(result, answer.strength - usual, bands)
