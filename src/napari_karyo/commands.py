"""What each command of ``napari-karyo`` does, given its parsed arguments."""

from __future__ import annotations

import csv
import os
import platform
import subprocess
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_karyo.cell import Cell, Patient, Polarity
from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.errors import ExportError, PreprocessingError, ReadError
from napari_karyo.version import __version__

if TYPE_CHECKING:
    from napari_karyo.classified import ClassifiedCell
    from napari_karyo.inference.result import Classification
    from napari_karyo.output.options import ExportOptions

COLUMNS = (
    "cell",
    "file",
    "predicted",
    "confidence",
    "assigned",
    "light",
    *(f"p_{name}" for name in CLASSES),
)


def classify(chosen: Namespace) -> int:
    """Classify cells and write one row a crop."""
    from napari_karyo.output.files import written

    # Hours of work must not end at a folder that is not there.
    if not chosen.output.parent.is_dir():
        raise ExportError(
            "the folder to write to does not exist.", "Make it first.", chosen.output.parent
        )
    groups, failed = _read_groups(chosen.cells, _polarity(chosen))
    names = _names([cell for group in groups for cell in group])
    rows: list[list[str]] = []
    done = 0
    for group in groups:
        for outcome in _classify_group(group, chosen):
            if isinstance(outcome, Exception):
                _complain(outcome)
                failed += 1
                continue
            cell, result = outcome
            _warn(result)
            rows += table_rows(names[id(cell)], result)
            done += 1
    if not done:
        print("napari-karyo: no cell could be classified; no table written.", file=sys.stderr)
        return 2
    with written(chosen.output, text=True) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"{chosen.output}: {len(rows)} chromosomes of {_count(done, 'cell')}")
    return 1 if failed else 0


def table_rows(name: str, result: Classification) -> list[list[str]]:
    """Return a cell's rows of the table, in the order of its crops.

    Parameters
    ----------
    name : str
        What the column ``cell`` says.
    result : Classification
    """
    from napari_karyo.classified import ClassifiedCell

    cell = ClassifiedCell.from_classification(result)
    shown = cell.lights()
    return [
        [
            name,
            chromosome.name,
            predicted,
            f"{confidence:.4f}",
            cell.karyotype.slot_of(index),
            shown[index],
            *(f"{value:.4f}" for value in row),
        ]
        for index, (chromosome, predicted, confidence, row) in enumerate(
            zip(
                result.cell,
                result.predicted,
                result.confidence,
                result.probabilities,
                strict=True,
            )
        )
    ]


def karyogram(chosen: Namespace) -> int:
    """Write the karyogram of one cell as a picture."""
    from napari_karyo.inference.classify import classify as run
    from napari_karyo.io.cells import is_patient_folder, read_cell
    from napari_karyo.output.files import check_export

    check_export(chosen.output, chosen.dpi)
    if is_patient_folder(chosen.cell):
        raise ReadError(
            "this folder holds several cells.", "Name the folder of one of them.", chosen.cell
        )
    result = run(
        read_cell(chosen.cell, _polarity(chosen)), model=chosen.model, device=chosen.device
    )
    _warn(result)
    _write_picture(result, chosen.output, chosen.dpi, chosen.title)
    return 0


def train(chosen: Namespace) -> int:
    """Train the network."""
    from napari_karyo.training.train import train as run

    weights = run(
        chosen.data,
        chosen.output,
        stains=chosen.stain,
        config=chosen.config,
        epochs=chosen.epochs,
        learning_rate=chosen.learning_rate,
        start=chosen.start,
        seed=chosen.seed,
        device=chosen.device,
        resume=not chosen.no_resume,
        time_limit=chosen.time_limit,
        compiled=chosen.compile,
        progress=lambda line: print(line, flush=True),
    )
    if weights is None:
        print("Time is up. The same command goes on from here.")
    return 0


def evaluate(chosen: Namespace) -> int:
    """Print, and write where asked for, how often the program is right."""
    from napari_karyo.output.files import written
    from napari_karyo.training.evaluate import evaluate as run

    report = run(
        chosen.data,
        split=chosen.split,
        model=chosen.model,
        device=chosen.device,
        upside_down=chosen.upside_down,
        normalization=chosen.normalization,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    print(report.text())
    if chosen.json is not None:
        with written(chosen.json, text=True) as stream:
            stream.write(report.to_json(crops=True) + "\n")
    return 0


def reproduce(chosen: Namespace) -> int:
    """Train the rows of Table 1 as far as they are not, and write what is known so far."""
    from napari_karyo.reproduction.checks import check
    from napari_karyo.reproduction.explanations import write_explanations
    from napari_karyo.reproduction.figures import write_figures
    from napari_karyo.reproduction.runs import found, place_of, plan
    from napari_karyo.reproduction.slices import carry_out
    from napari_karyo.reproduction.table import write_table

    def say(line: str) -> None:
        print(line, flush=True)

    runs = plan(chosen.output, chosen.rows, chosen.seeds, chosen.epochs)
    # Also what earlier calls left there, which is summed up together with these.
    check(found(chosen.output, runs, chosen.epochs), chosen.data)
    place = place_of(chosen.output, chosen.epochs)
    place.mkdir(parents=True, exist_ok=True)
    finished = carry_out(
        runs,
        chosen.data,
        chosen.output / "crops",
        device=chosen.device,
        time_limit=chosen.time_limit,
        compiled=chosen.compile,
        progress=say,
    )
    there = found(chosen.output, runs, chosen.epochs)
    table = write_table(there, place)
    for path in (*write_figures(there, place, say), *write_explanations(there, place)):
        say(f"written: {path}")
    say(table.read_text(encoding="utf-8"))
    if not finished:
        say("Not all of it is done. The same command goes on from here.")
    return 0


def demo(chosen: Namespace) -> int:
    """Show a simulated cell in a window, or write its karyogram where there is none."""
    from napari_karyo.simulation.sample import simulate_cell

    cell = simulate_cell(chosen.karyotype, seed=chosen.seed, stain=chosen.stain)
    if chosen.output is None and window_possible():
        from napari_karyo.gui.launch import launch

        launch(cell)
        return 0
    from napari_karyo.inference.classify import classify as run

    path = chosen.output
    if path is None:
        print("There is no display here (or no Qt), so the karyogram goes into a file.")
        path = Path("karyogram-demo.png")
    result = run(cell)
    _warn(result)
    _write_picture(result, path, 300.0, "Karyogram")
    return 0


def info(_: Namespace) -> int:
    """Print versions, the device and the shipped models."""
    from importlib.metadata import PackageNotFoundError, version

    import torch

    from napari_karyo.inference.device import choose_device
    from napari_karyo.models.weights import available_models, load_weights

    try:  # asked of the installation, because importing napari takes seconds
        napari = version("napari")
    except PackageNotFoundError:
        napari = "not installed"

    print(f"napari-karyo {__version__}")
    print(f"Python       {platform.python_version()} on {platform.system()} {platform.machine()}")
    print(f"napari       {napari}")
    print(f"torch        {torch.__version__}")
    print(f"device       {choose_device()}")
    print(f"window       {'yes' if window_possible() else 'no display, or no Qt binding'}")
    names = available_models()
    for name in names:
        weights = load_weights(name)
        crops = weights.facts.get("crops", {}).get("train", {})
        trained = ", ".join(f"{count} {stain} crops" for stain, count in crops.items())
        print(f"model        {name}" + (f", trained on {trained}" if trained else ""))
        print(f"             SHA-256 {weights.sha256}")
        for line in _figures(weights.facts):
            print(f"             {line}")
    if not names:
        print("model        none shipped; give --model FILE.safetensors")
    return 0


def _figures(facts: dict[str, Any]) -> list[str]:
    """Return what training measured on its validation cells, a line a stain."""
    val: dict[str, float] = facts.get("val", {})
    stains = sorted(key.removesuffix("_top1") for key in val if key.endswith("_top1"))
    lines = []
    for stain in stains:
        line = f"validation, {stain}: top-1 {val[f'{stain}_top1']:.2%}"
        if f"{stain}_polarity" in val:
            line += f", polarity {val[f'{stain}_polarity']:.2%}"
        lines.append(line)
    return lines


def window_possible() -> bool:
    """Tell whether a Qt window can be opened here.

    Asked of a process of its own: where the display can't be reached or a system library
    is missing, Qt does not raise an error but ends the process.
    """
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    ask = "import napari; from qtpy.QtWidgets import QApplication; QApplication([])"
    try:
        answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0


def _polarity(chosen: Namespace) -> Polarity | None:
    return None if chosen.polarity is None else Polarity(chosen.polarity)


def _read_groups(paths: Sequence[Path], polarity: Polarity | None) -> tuple[list[list[Cell]], int]:
    """Read cells, grouped by patient, and count the paths that could not be read.

    A folder of cells is a patient; the cells named one by one are one patient together.
    """
    from napari_karyo.io.cells import is_patient_folder, read_cell, read_patient

    single: list[Cell] = []
    groups: list[list[Cell]] = []
    failed = 0
    for path in paths:
        try:
            if is_patient_folder(path):
                patient: Patient = read_patient(path, polarity)
                for problem in patient.problems:
                    print(f"warning: {patient.name}: {problem}", file=sys.stderr)
                    failed += problem.left_out
                groups.append(list(patient.cells))
            else:
                single.append(read_cell(path, polarity))
        except ReadError as error:
            _complain(error)
            failed += 1
    if single:
        groups.insert(0, single)
    return groups, failed


def _names(cells: Sequence[Cell]) -> dict[int, str]:
    """Return what each cell is called in the table, by its identity.

    Two patients may both have a ``cell 1``: these are called ``patient/cell 1``.
    """
    count = Counter(cell.name for cell in cells)
    return {
        id(cell): f"{cell.path.resolve().parent.name}/{cell.name}"
        if count[cell.name] > 1 and cell.path is not None
        else cell.name
        for cell in cells
    }


def _classify_group(
    group: Sequence[Cell], chosen: Namespace
) -> Iterator[tuple[Cell, Classification] | PreprocessingError]:
    """Classify one patient's cells; a cell without chromosomes costs only itself."""
    from napari_karyo.inference.classify import classify_cells

    # Cells that share nothing go one by one: a thousand of them must not fill the memory.
    groups = [group] if chosen.normalization == "patient" else [[cell] for cell in group]
    errors: dict[int, PreprocessingError] = {}

    def leave_out(cell: Cell, error: PreprocessingError) -> None:
        errors[id(cell)] = error

    for cells in groups:
        results = iter(
            classify_cells(
                cells,
                model=chosen.model,
                device=chosen.device,
                normalization=chosen.normalization,
                unusable=leave_out,
            )
        )
        for cell in cells:
            yield errors[id(cell)] if id(cell) in errors else (cell, next(results))


def _write_picture(result: Classification, path: Path, dpi: float, title: str) -> None:
    from napari_karyo.classified import ClassifiedCell
    from napari_karyo.output.export import ExportOptions

    cell = ClassifiedCell.from_classification(result)
    karyotype = cell.karyotype
    export_told([cell], path, ExportOptions(title=title, dpi=dpi))
    words = f"proposal {karyotype.iscn}" if karyotype.iscn else karyotype.iscn_words
    print(f"{path.resolve()}: {words}, for research use")
    for index in cell.doubtful():
        name, own = result.cell.chromosomes[index].name, result.predicted[index]
        slot = karyotype.slot_of(index)
        share = cell.confidence(index)
        where = "in the tray" if slot == TRAY else f"placed in {slot} ({share:.0%})"
        print(f"look at {name}: {where}, alone a {own}")


def export_told(
    cells: Sequence[ClassifiedCell], path: Path, options: ExportOptions
) -> tuple[Path, ...]:
    """Write cells, after saying which letters will be missing; return the files written."""
    from napari_karyo.output.export import export
    from napari_karyo.output.legible import illegible

    missing = illegible(cells, path, options)
    if missing:
        print(f"warning: {missing}", file=sys.stderr)
    return export(cells, path, options)


def _warn(result: Classification) -> None:
    for problem in result.cell.problems:
        print(f"warning: {result.cell.name}: {problem}", file=sys.stderr)
    for note in result.remarks:
        kind = "warning" if note == result.unknown else "note"
        print(f"{kind}: {result.cell.name}: {note}", file=sys.stderr)


def _complain(error: Exception) -> None:
    print(f"napari-karyo: {error}", file=sys.stderr)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
