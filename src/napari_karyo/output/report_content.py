"""What a report says, as plain data, gathered from the cells of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.counted import count, listed
from napari_karyo.errors import ExportError
from napari_karyo.iscn import warning
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.heading import stain_words
from napari_karyo.karyogram.page import Page
from napari_karyo.karyotype import Role, State
from napari_karyo.lettering import clean
from napari_karyo.output.cell_page import name_of, page_of
from napari_karyo.output.files import SOFTWARE
from napari_karyo.output.options import ExportOptions
from napari_karyo.output.report_case import ON_IMAGES, RULES, case_lines, clone_lines, clones_shown
from napari_karyo.patient import summarize
from napari_karyo.version import __version__

#: Of the table of cells.
CELL_COLUMNS: Final = (
    "Cell",
    "Number",
    "Karyotype",
    "State",
    "Reviewed by",
    "Confirmed by",
)
NOTICE: Final = "Proposal, for research use"
#: Files named in a warning.
_NAMED: Final = 6


@dataclass(frozen=True, eq=False)
class ReportContent:
    """All that a report says.

    Attributes
    ----------
    title : str
    laboratory, patient : str or None
        Left out where None.
    date : str
    karyogram : (Composer, Page) or None
        The cell that is shown.
    caption : str
        What that cell is.
    karyotype, karyotype_label : str
        Of that cell, and whether a person wrote it or the program proposes it.
    warnings : tuple of str
        What the reader must know before believing the rest.
    case : tuple of str
        What is written down of the case, and how many cells were counted.
    counts : tuple of (str, int)
        How many chromosomes of that cell stand in each class.
    clones : tuple of str
        All clones, then each with its cells and the one that its karyogram is of.
    other_clones : tuple of (str, Composer, Page)
        A karyogram of each clone that the cell shown is not of, and what it is.
    cells : tuple of tuple of str
        A row a cell, as `CELL_COLUMNS`; empty where there is one cell only.
    said : tuple of str
        Who reviewed and confirmed what and when, and what was noted.
    made_with : tuple of str
        Models and versions.
    notice : str
        At the foot.
    """

    title: str
    laboratory: str | None
    patient: str | None
    date: str
    karyogram: tuple[Composer, Page] | None
    caption: str
    karyotype: str
    karyotype_label: str
    warnings: tuple[str, ...] = ()
    case: tuple[str, ...] = ()
    clones: tuple[str, ...] = ()
    other_clones: tuple[tuple[str, Composer, Page], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    said: tuple[str, ...] = ()
    made_with: tuple[str, ...] = ()
    notice: str = NOTICE


def report_of(
    cells: Sequence[ClassifiedCell],
    options: ExportOptions,
    *,
    shown: int = 0,
    title: str = "Karyotype report",
    date: datetime | None = None,
) -> ReportContent:
    """Gather what a report of some cells says.

    Parameters
    ----------
    cells : sequence of ClassifiedCell
        The cells of one patient.
    options : ExportOptions
        Patient and laboratory are left out where they are empty.
    shown : int
        Which of the cells is drawn.
    title : str
        Of the report.
    date : datetime, optional
        Now, where not given.

    Returns
    -------
    ReportContent

    Raises
    ------
    ExportError
        Where there is no such cell.
    """
    if not 0 <= shown < len(cells):
        raise ExportError(
            f"there is no cell number {shown + 1} to show in the report.",
            f"There are {len(cells)}.",
        )
    drawn = cells[shown]
    karyotype, cell = drawn.karyotype, drawn.classification.cell
    state, by_hand = karyotype.state, karyotype.iscn_by_hand
    several = len(cells) > 1
    counts = karyotype.counts()
    number = karyotype.content.total
    label = "Karyotype, written by hand" if by_hand else "Proposed karyotype, by the program"
    if by_hand and karyotype.proposal != karyotype.iscn:
        label += f" (the program proposes {karyotype.proposal or 'none'})"
    if not karyotype.iscn:
        label = f"No karyotype proposed: {karyotype.not_proposed}"
    when = (date or datetime.now(UTC)).astimezone(UTC)
    sheet = drawn.worksheet
    found = summarize(cells, sheet.wanted, mosaic=sheet.is_mosaic)
    # The karyogram's own title may name the patient, who may have been left out above.
    plain = replace(options, title="Karyogram", patient="")
    of_clones = clones_shown(cells, found, shown)
    return ReportContent(
        title=title,
        laboratory=options.laboratory or None,
        patient=options.patient or None,
        date=f"{when:%Y-%m-%d %H:%M} UTC",
        karyogram=page_of(drawn, plain),
        caption=f"Cell {clean(name_of(drawn))}, "
        + f"{stain_words(cell.polarity, not drawn.classification.unknown, sheet.banding)}, "
        + count(number, "chromosome")
        + (f", one of {len(cells)} cells" if several else ""),
        case=case_lines(sheet, found),
        clones=clone_lines(sheet, found, of_clones) if several else (),
        other_clones=tuple(
            (f"Clone {text}: cell {clean(name_of(cells[one]))}", *page_of(cells[one], plain))
            for text, one in of_clones
            if one != shown
        ),
        karyotype=karyotype.iscn or "none",
        karyotype_label=label,
        warnings=(ON_IMAGES,) * (sheet.microscope == "neither")
        + tuple(
            (f"Cell {clean(name_of(one))}: " if several else "") + words
            for one in cells
            for words in _warnings(one)
        ),
        counts=(
            *counts.items(),
            (MARKERS, len(state.markers)),
            ("tray", len(state.slots[TRAY])),
        ),
        cells=tuple(map(_cell_row, cells)) if several else (),
        said=tuple(words for one in cells for words in _said(one)),
        made_with=(
            *dict.fromkeys(
                f"Model {clean(one.classification.model)}, "
                f"SHA-256 {one.classification.model_hash[:12] or 'unknown'}"
                for one in cells
            ),
            f"{SOFTWARE} {__version__}",
            RULES,
        ),
    )


def _warnings(one: ClassifiedCell) -> list[str]:
    """Return what a reader must know before believing a cell's karyotype."""
    cell, doubtful = one.classification.cell, one.heading().doubtful
    unknown = one.classification.unknown
    words = [unknown] if unknown else []
    state = one.karyotype.state
    against = "" if state.iscn is None else warning(state.iscn, state.content)
    if against:
        words.append(against)
    if cell.simulated:
        words.append("simulated: the program made this cell itself, it is nobody's.")
    if doubtful:
        # A list of nearly all, or of those of which nothing is known, would be read in vain.
        most = len(doubtful) > _NAMED and 2 * len(doubtful) > len(state.positions)
        named = "" if unknown or most else f": {', '.join(doubtful)}"
        looked = "looked at" if state.signed("reviewed") else "reviewed"
        words.append(f"{count(len(doubtful), 'doubtful chromosome')} not {looked}{named}")
    left_out = [clean(problem.file) for problem in cell.problems if problem.left_out]
    if left_out:
        words.append(f"{count(len(left_out), 'file')} left out: {listed(left_out)}")
    words += [clean(str(problem)) for problem in cell.problems if not problem.left_out]
    return [*words, *(note for note in one.classification.remarks if note != unknown)]


def _cell_row(one: ClassifiedCell) -> tuple[str, ...]:
    """Return a row of the table; where the cell is found again stands with its name."""
    karyotype, state = one.karyotype, one.karyotype.state
    # Each mark holds the ones below it.
    work = state.work[-1:] or (("corrected",) if state.corrected else ("proposal",))
    by_hand = " (by hand)" if karyotype.iscn_by_hand else ""
    return (
        ", ".join(map(clean, (name_of(one), *state.worksheet.words))),
        str(karyotype.content.total),
        karyotype.iscn_words + by_hand,
        work[0],
        _signers(state, "reviewed"),
        _signers(state, "confirmed"),
    )


def _signers(state: State, role: Role) -> str:
    return ", ".join(dict.fromkeys(clean(sign.who) for sign in state.signed(role))) or "-"


def _said(one: ClassifiedCell) -> list[str]:
    """Return who answers for a cell, since when, and what they noted."""
    state = one.karyotype.state
    signed = [f"{sign.role} by {clean(sign.who)}, {_time(sign.time)}" for sign in state.signatures]
    corrected = len(state.corrected)
    together = len(one.karyotype.accepted_together)
    single = len(state.reviewed) - together
    if corrected:
        by = ", ".join(map(clean, one.heading().corrected_by))
        signed.append(
            f"{count(corrected, 'chromosome')} corrected by hand" + f" by {by}" * bool(by)
        )
    if one.heading().redrawn:
        where = ", ".join(one.heading().redrawn)
        signed.append(f"picture changed by hand: {where}")
    if together:
        signed.append(f"{count(together, 'chromosome')} accepted together")
    if single:
        signed.append(f"{count(single, 'chromosome')} accepted one by one")
    if not state.signatures:
        signed.insert(0, "not reviewed, not confirmed")
    lines = [f"Cell {clean(name_of(one))}: {'; '.join(signed)}"]
    if state.note:
        lines.append(f"Note on cell {clean(name_of(one))}: {clean(state.note)}")
    return lines


def _time(written: str) -> str:
    """Return a time as a person reads it; whatever else stands there, as it stands."""
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{time.astimezone(UTC) if time.tzinfo else time:%Y-%m-%d %H:%M}" + (
        " UTC" if time.tzinfo else ""
    )
