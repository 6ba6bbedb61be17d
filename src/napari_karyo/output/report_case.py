"""What a report says of the case: its worksheet, how many cells, the clones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from napari_karyo.classified import ClassifiedCell
from napari_karyo.lettering import clean
from napari_karyo.patient import GAINS, LOSSES, Summary, neoplasm_words
from napari_karyo.worksheet import CaseWorksheet

#: At the foot of each report.
RULES: Final = (
    "Karyotypes as in ISCN 2024 (chapters 5 and 6): centric chromosomes are counted, acentric "
    f"fragments are not; a gain or structural change in {GAINS} cells or a loss in {LOSSES} "
    "makes a clone"
)
ON_IMAGES: Final = (
    "Analysed and checked on images alone: guidelines want one of the two at the microscope "
    "(ECA, 2007)."
)


def case_lines(sheet: CaseWorksheet, found: Summary) -> tuple[str, ...]:
    """Return what is written down of the case, and how far the counting has come."""
    lines = ["   |   ".join(map(clean, sheet.words))]
    if sheet.reason:
        lines.append(f"Reason of referral: {clean(sheet.reason)}")
    if sheet or found.progress.counted:
        whose = "the laboratory's own" if sheet.goals else sheet.guideline.source
        lines.append(f"Cells {found.progress.text} (goals: {whose})")
    return tuple(filter(None, lines))


def clones_shown(
    cells: Sequence[ClassifiedCell], found: Summary, shown: int
) -> tuple[tuple[str, int], ...]:
    """Return each clone, and the cell whose karyogram stands for it.

    That is the cell shown anyway, where it is of the clone; else one that has exactly the
    clone's changes, and of these the one on which most was done.
    """

    def worth(cell: int) -> tuple[bool, bool, int, int, int]:
        state = cells[cell].karyotype.state
        exact = state.content in (clone.content for clone in found.finding.clones)
        return cell == shown, exact, len(state.marks), len(state.signatures), -cell

    if not found.iscn:
        return ()
    return tuple((clone.text, max(clone.cells, key=worth)) for clone in found.finding.clones)


def clone_lines(
    sheet: CaseWorksheet, found: Summary, shown: Sequence[tuple[str, int]]
) -> tuple[str, ...]:
    """Return all clones in ISCN, what they come to, each with its cells, and which cells count."""
    if not found.iscn:
        return (found.basis,)
    each = zip(found.finding.clones, shown, strict=True)
    neoplasm = neoplasm_words(found) if sheet.guideline.each_clone else ()
    return (
        found.iscn,
        *neoplasm,
        *(
            f"{clone.text}: cells {clean(found.called(clone.cells))}; karyogram: cell "
            f"{clean(found.names[one])}"
            for clone, (_, one) in each
        ),
        clean(found.basis),
    )
