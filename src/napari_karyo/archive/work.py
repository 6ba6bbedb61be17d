"""One patient classified: what a process, here or elsewhere, is asked to do."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from napari_karyo.archive.parts import CellRows, LeftOut, Part, Row
from napari_karyo.archive.patients import ArchivePatient
from napari_karyo.cell import Cell, Polarity
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import (
    ClusterError,
    DeviceError,
    PreprocessingError,
    ReadError,
    WeightsError,
)
from napari_karyo.inference.classify import classify_cells, get_weights
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.remarks import remarks_on
from napari_karyo.inference.result import Classification
from napari_karyo.io.cells import is_patient_folder
from napari_karyo.segmentation.reading import read_cells
from napari_karyo.version import __version__

#: Of a part's contents: one of another number is made again.
FORMAT: Final = 1


@dataclass(frozen=True)
class Job:
    """How all patients are classified, and by which program and model.

    Attributes
    ----------
    options : ClassifyOptions
    polarity : Polarity, optional
        Found from the images where None.
    model_hash : str
        Of the weights.
    version : str
        Of this program.
    """

    options: ClassifyOptions
    polarity: Polarity | None
    model_hash: str
    version: str = __version__

    @classmethod
    def of(cls, options: ClassifyOptions, polarity: Polarity | None = None) -> Job:
        """Return a job, after its weights were found and read.

        Raises
        ------
        WeightsError
        """
        # Other machines have other working folders.
        path = Path(options.model)
        if path.is_file():
            options = replace(options, model=str(path.absolute()))
        return cls(options, polarity, get_weights(options.model).sha256)

    def key(self, patient: ArchivePatient) -> str:
        """Return what a part depends on, as 64 digits: all of this, and the patient's files."""
        said = [
            FORMAT,
            self.version,
            self.model_hash,
            self.options.device,
            self.options.normalization,
            self.options.stain,
            self.polarity,
            patient.name,
            [str(path) for path in patient.paths],
            patient.inputs(),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def check(self) -> None:
        """Refuse to work with another program or model than was asked for.

        Raises
        ------
        ClusterError, WeightsError
        """
        if __version__ != self.version:
            raise ClusterError(
                f"a worker runs napari-karyo {__version__}, and {self.version} is asked for.",
                "Install one version on all machines.",
            )
        if get_weights(self.options.model).sha256 != self.model_hash:
            raise ClusterError(
                f"a worker has other weights of the name {self.options.model}.",
                "Put the same file on all machines.",
            )


#: What does the work; another one in tests.
Work = Callable[[ArchivePatient, Job], Part]


def classify_patient(patient: ArchivePatient, job: Job) -> Part:
    """Read and classify the cells of one patient. What is wrong in one costs only that one.

    Parameters
    ----------
    patient : ArchivePatient
    job : Job

    Raises
    ------
    WeightsError, DeviceError, ClusterError
        What no patient can help: the model or the device isn't there.
    """
    job.check()
    found = _Found(patient)
    for group in found.read(job.polarity):
        # Cells that share nothing go one by one: a thousand must not fill the memory.
        shared = job.options.normalization == "patient"
        for cells in [group] if shared else [[cell] for cell in group]:
            found.classify(cells, job.options)
    return Part(found.cells, found.left_out, found.said, found.whole)


class _Found:
    """What has come of a patient so far."""

    def __init__(self, patient: ArchivePatient) -> None:
        self.patient = patient
        self.cells: list[CellRows] = []
        self.left_out: list[LeftOut] = []
        self.said: list[str] = []
        self.whole = True

    def read(self, polarity: Polarity | None) -> list[list[Cell]]:
        """Return the cells that belong together; of an archive's patient all of them."""
        together: list[Cell] = []
        groups = [together]
        for path in self.patient.paths:
            try:
                found = read_cells(path, polarity)
            except ReadError as error:
                self._leave_out(path.name, str(error))
                continue
            except (WeightsError, DeviceError):
                raise
            except Exception:
                self._unforeseen(path.name, path)
                continue
            for problem in found.problems:
                self.said.append(f"warning: {self._called(found.name)}: {problem}")
                if problem.left_out:
                    why = f"{problem.what} {problem.remedy}"
                    self.left_out.append(LeftOut(problem.file, why))
            if self.patient.name or (len(found.cells) == 1 and not is_patient_folder(path)):
                together += found.cells
            else:
                groups.append(list(found.cells))
        return [group for group in groups if group]

    def classify(self, cells: Sequence[Cell], options: ClassifyOptions) -> None:
        def unusable(cell: Cell, error: PreprocessingError) -> None:
            self._leave_out(cell.name, str(error))

        try:
            results = classify_cells(cells, options, unusable=unusable)
            rows = [_rows(result) for result in results]
        except (WeightsError, DeviceError):
            raise
        except Exception:
            # One cell of thousands, in which a fault of ours shows, must not end it all.
            for cell in cells:
                self._unforeseen(cell.name, cell.path)
            return
        self.cells += rows
        for result in results:
            self.said += remarks_on(result, self._called(result.cell.name))

    def _called(self, cell: str) -> str:
        own = self.patient.name
        return f"{own}/{cell}" if own and own != cell else cell

    def _leave_out(self, cell: str, why: str) -> None:
        self.left_out.append(LeftOut(cell, why))
        whose = f"{self.patient.name}: " if self.patient.name else ""
        self.said.append(f"napari-karyo: {whose}{why}")

    def _unforeseen(self, cell: str, path: Path | None) -> None:
        self.whole = False
        why = f"{path or cell}: an error that should not be, {_last_words()}. It was left out."
        self._leave_out(cell, why)
        self.said.append(f"Please report this:\n{traceback.format_exc()}")


def _last_words() -> str:
    """Return what the error that is being handled says of itself."""
    return traceback.format_exc(limit=0).strip().splitlines()[-1]


def _rows(result: Classification) -> CellRows:
    """Return a cell's rows, in the order of its crops."""
    cell = ClassifiedCell.from_classification(result)
    shown = cell.lights()
    folder = result.cell.path.resolve().parent.name if result.cell.path is not None else ""
    rows = [
        Row(
            chromosome.name,
            predicted,
            float(confidence),
            cell.karyotype.slot_of(index),
            str(shown[index]),
            [float(value) for value in row],
        )
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
    return CellRows(result.cell.name, folder, rows)
