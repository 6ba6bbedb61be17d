"""One patient's case: the cells, what was said of them, and every edit, in one file."""

from __future__ import annotations

from dataclasses import dataclass

from napari_karyo.case.file import CaseFile
from napari_karyo.case.journal import CellJournal, Event, insert_history, read_events
from napari_karyo.case.rows import (
    KeptCrops,
    copy_cell,
    insert_cell,
    read_classification,
    read_crops,
    read_proposal,
)
from napari_karyo.classified import ClassifiedCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.version import __version__


@dataclass(frozen=True)
class CellEntry:
    """A cell of a case, as its list shows it.

    Attributes
    ----------
    number : int
        In the file.
    cell_name : str
    label : str
        Tells it from another karyogram of the same cell; empty where there is none.
    crops : int
    superseded : bool
        Whether the cell was classified anew since, with nothing corrected here.
    model, model_hash, program : str
    """

    number: int
    cell_name: str
    label: str
    crops: int
    superseded: bool
    model: str
    model_hash: str
    program: str

    @property
    def name(self) -> str:
        """The cell's name, with its label."""
        return f"{self.cell_name} {self.label}" if self.label else self.cell_name


class Case(CaseFile):
    """A case file, open, and the cells in it; made by `create` and `open`."""

    def cells(self) -> tuple[CellEntry, ...]:
        """Return the cells in the order in which they came."""
        words = ", ".join(
            f"substr(CAST({name} AS TEXT), 1, 1000)"
            for name in ("name", "label", "model", "model_hash", "program")
        )
        return tuple(
            CellEntry(number, name, label, crops, bool(gone), *rest)
            for number, crops, gone, name, label, *rest in self.query(
                "SELECT id, (SELECT count(*) FROM chromosome WHERE cell = cell.id "
                f"AND made_of = '[]'), superseded = 1, {words} FROM cell ORDER BY id"
            )
        )

    def add(
        self,
        cell: ClassifiedCell,
        supersedes: int | None = None,
    ) -> int:
        """Keep a classified cell, and from now on every edit of its karyotype.

        Parameters
        ----------
        cell : ClassifiedCell
            Its edits so far are kept too.
        supersedes : int, optional
            The number of a cell that was classified anew by this one.

        Returns
        -------
        int
            The cell's number in the file.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        with self.writing() as connection:
            number = insert_cell(connection, cell, __version__)
            insert_history(connection, number, cell.karyotype)
            if supersedes is not None:
                connection.execute("UPDATE cell SET superseded = 1 WHERE id = ?", (supersedes,))
        cell.karyotype.journal = CellJournal(self, number)
        return number

    def copy_from(self, other: Case, cell: int) -> int:
        """Copy a cell of another case with all that ever happened to it.

        Parameters
        ----------
        other : Case
        cell : int
            Its number there.

        Returns
        -------
        int
            Its number here.

        Raises
        ------
        CaseError
            Where this case can't be written, or the other not be read.
        """
        with self.writing() as connection, other.reading(cell) as source:
            return copy_cell(source, connection, cell)

    def cell(self, number: int, who: str = "") -> ClassifiedCell:
        """Return a cell as it was left; its edits go on into the file.

        Parameters
        ----------
        number : int
        who : str
            Who edits from now on.

        Raises
        ------
        CaseError, PreprocessingError
            See `karyotype` and `classification`.
        """
        rows = self.query(
            "SELECT substr(CAST(label AS TEXT), 1, 1000) FROM cell WHERE id = ?", number
        )
        # In this order: another program may write between the two.
        karyotype = self.karyotype(number, who)
        return ClassifiedCell(self.classification(number), karyotype, rows[0][0] if rows else "")

    def classification(self, cell: int) -> Classification:
        """Return what the model said of a cell.

        Raises
        ------
        CaseError
            Where the case has no such cell, or its rows make no sense.
        PreprocessingError
            Where this version of the program can't prepare its crops.
        """
        with self.reading(cell) as connection:
            return read_classification(connection, cell)

    def crops(self, cell: int) -> KeptCrops:
        """Return the crops of a cell, pieces too, and what the model said of each.

        Raises
        ------
        CaseError
            Where the case has no such cell, or its rows make no sense.
        """
        with self.reading(cell) as connection:
            return read_crops(connection, cell)

    def karyotype(self, cell: int, who: str = "") -> Karyotype:
        """Return the karyotype of a cell as it was left; its edits go on into the file.

        Of a read-only case every edit is refused.

        Raises
        ------
        CaseError
            Where the case has no such cell, or its history makes no sense.
        """
        with self.reading(cell) as connection:
            karyotype = read_proposal(connection, cell)
            karyotype.who = who
            events = read_events(connection, cell, len(karyotype))
            karyotype.replay((event.direction, event.edit) for event in events)
        karyotype.journal = CellJournal(self, cell)
        return karyotype

    def events(self, cell: int) -> list[Event]:
        """Return all that ever happened to a cell, oldest first, undone or not.

        Raises
        ------
        CaseError
            Where its history makes no sense.
        """
        with self.reading(cell) as connection:
            return read_events(connection, cell, len(read_proposal(connection, cell)))
