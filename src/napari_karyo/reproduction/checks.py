"""Whether what lies in the output folder is of these data and of these weights.

Hours of training are never thrown away, or taken for something else, without a word: where
anything disagrees, the person is told which file it is and decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from napari_karyo.errors import KaryoError, WeightsError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.checked import HeaderError, MisfitError, parsed, read_header, sha256
from napari_karyo.reproduction.runs import LABELS, OUTCOME, STAIN, TrainingRun
from napari_karyo.training.dataset import read_labels


def fingerprint(data: Path) -> str:
    """Return a SHA-256 of the rows of ``labels.csv`` that the table is made of, in any order.

    Raises
    ------
    ReadError
        Where the table is missing or can't be used.
    """
    rows = sorted(sorted(row.items()) for row in read_labels(data) if row["stain"] == STAIN)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def claim(run: TrainingRun, data: Path) -> None:
    """Write of which ``labels.csv`` a run is, before anything else of it is written."""
    run.folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(run.folder / LABELS, text=True) as file:
        file.write(fingerprint(data) + "\n")


def check(runs: Sequence[TrainingRun], data: Path) -> None:
    """Refuse runs that are of other data, and outcomes and ensembles of other weights.

    Parameters
    ----------
    runs : sequence of TrainingRun
        Begun or not.
    data : Path
        Folder with ``labels.csv``.

    Raises
    ------
    KaryoError
        With the file that disagrees.
    """
    labels = fingerprint(data)
    for run in runs:
        if run.begun:
            _check_labels(run, labels)
            _check_outcome(run, labels)
            if run.members and run.weights.is_file():
                _check_members(run)


def _check_labels(run: TrainingRun, labels: str) -> None:
    path = run.folder / LABELS
    if not path.is_file():
        raise _refusal(run, "nothing says of which labels.csv this run is.", path)
    if path.read_text(encoding="utf-8").strip() != labels:
        raise _refusal(
            run, "this run was made with other rows of labels.csv than there are now.", path
        )


def _check_outcome(run: TrainingRun, labels: str) -> None:
    outcome, path = run.outcome(), run.folder / OUTCOME
    if outcome is None:
        return
    if outcome.get("labels_sha256") != labels:
        raise _refusal(run, "this outcome is of other rows of labels.csv than there are now.", path)
    if not run.weights.is_file():
        raise _refusal(run, f"the weights of this outcome, {run.weights.name}, are missing.", path)
    if outcome.get("sha256") != sha256(run.weights):
        raise _refusal(run, f"this outcome is of other weights than {run.weights.name} has.", path)


def _check_members(run: TrainingRun) -> None:
    made_of = _facts(run.weights).get("members", {})
    for member in run.members:
        if not member.weights.is_file():
            what = f"this ensemble was made with {member.row}, whose weights are missing now."
        elif made_of.get(member.row) != sha256(member.weights):
            what = f"this ensemble was made with another {member.row} than there is now."
        else:
            continue
        raise _refusal(run, what, run.weights)


def _facts(path: Path) -> dict[str, Any]:
    """Return what a weights file says of itself, without building its network."""
    try:
        return parsed(read_header(path)[0], "facts")
    except (HeaderError, MisfitError, OSError) as error:
        raise WeightsError(
            f"this is not a readable safetensors file ({error}).",
            f"Delete the folder {path.parent} to have it made anew.",
            path,
        ) from error


def _refusal(run: TrainingRun, what: str, path: Path) -> KaryoError:
    return KaryoError(
        what,
        f"Choose another --output, or delete the folder {run.folder} to have it made anew.",
        path,
    )
