"""What is said of a whole cell: its counts, its state, its file, in words for a person."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from napari_karyo.classes import CLASSES
from napari_karyo.counted import count
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.widgets import rich
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.lights import LIGHT_COLOURS, LIGHT_SIGNS
from napari_karyo.karyotype import CELL_MARKS, Karyotype

#: The lights that want a look, what wants it most first, and what they are called.
_WAITING: Final = {
    Light.UNKNOWN: "unlike what the model knows",
    Light.DOUBTFUL: "doubtful",
    Light.LOOK: "to look at",
}


def waiting(cell: OpenCell) -> dict[Light, int]:
    """Return how many of each light nobody has settled; lights with none left out."""
    lights = [light for index, light in cell.lights().items() if not cell.is_settled(index)]
    return {light: lights.count(light) for light in _WAITING if light in lights}


def waiting_signs(cell: OpenCell) -> str:
    """Return what is left to look at, as signs."""
    signs = [f"{LIGHT_SIGNS[light]} {number}" for light, number in waiting(cell).items()]
    return "  ".join(signs) or "✓"


def waiting_words(cell: OpenCell) -> str:
    """Return what is left to look at, in words; no line breaks between a sign and its number."""
    words = [
        f"{LIGHT_SIGNS[light]}\N{NO-BREAK SPACE}{number} {_WAITING[light]}"
        for light, number in waiting(cell).items()
    ]
    return ", ".join(words) or "✓ nothing left to look at"


def counts_text(cell: OpenCell) -> str:
    """Return, as rich text, how many chromosomes there are and how many want a look."""
    parts = [rich(cell.numbers.text), waiting_words(cell)]
    corrected = len(cell.karyotype.state.corrected)
    if corrected:
        parts.append(f"▲&nbsp;{corrected} corrected by hand")
    lost = sum(problem.left_out for problem in cell.classification.cell.problems)
    if lost:
        parts.append(f"{count(lost, 'file')} left out")
    lines = [" · ".join(parts)]
    found = cell.classification
    if cell.case is None and not found.cell.simulated:
        # It stands there as long as it is so; a message that passes would be missed.
        lines.append(f"⚠ {rich(kept_words(cell))}")
    said = found.remarks
    if found.unknown and not cell.unsettled():
        # It has done its work: what the page says now is a person's word.
        said = tuple(remark for remark in said if remark not in (found.unknown, found.withheld))
        lines.append("<small>Unlike what the model knows; a person placed each.</small>")
    for remark in said:
        sign = f"{sign_words(Light.UNKNOWN)} " if remark == found.unknown else ""
        # A line of its own begins as a sentence does, whatever an older case file holds.
        words = rich(remark[:1].upper() + remark[1:])
        lines.append(sign + words)
    return "<br>".join(lines)


def sign_words(light: Light) -> str:
    """Return the sign of a light on its colour, as rich text."""
    colour, sign = LIGHT_COLOURS[light], LIGHT_SIGNS[light]
    return f"<span style='background:{colour};color:black'>&nbsp;{sign}&nbsp;</span>"


def class_counts(karyotype: Karyotype) -> str:
    """Return how many chromosomes each class has, in one sentence."""
    counts = karyotype.counts()
    usual = Counter(counts[name] for name in CLASSES[:22]).most_common(1)[0][0]
    others = [f"{name}: {counts[name]}" for name in CLASSES[:22] if counts[name] != usual]
    sex = [f"{name}: {counts[name]}" for name in CLASSES[22:]]
    words = f"{usual} of each autosome"
    if others:
        words += f" but {', '.join(others)}"
    return f"{words}; {', '.join(sex)}"


def marks_words(cell: OpenCell) -> str:
    """Return how far the work on a cell has come, in a word; nothing where it was not begun."""
    return next((word for word in reversed(CELL_MARKS) if word in cell.karyotype.state.marks), "")


def state_short(cell: OpenCell) -> str:
    """Return the state of a cell for a narrow column."""
    signed = cell.karyotype.state.signatures
    # The signatures first: a narrow column cuts off what stands behind.
    parts = [f"{'✓' * len(signed)} {', '.join(sign.who for sign in signed)}"] if signed else []
    parts.append(marks_words(cell))
    if cell.case is None:
        # The tooltip says so anyway.
        parts += [] if any(parts) else ["not kept"]
    elif cell.case.read_only:
        parts.append("read-only")
    return " ".join(part for part in parts if part)


def state_words(cell: OpenCell) -> str:
    """Return the state of a cell in words, a line each."""
    lines = [cell.name, cell.numbers.text, cell.karyotype.iscn_words, waiting_words(cell)]
    lines.append(marks_words(cell) or "not yet counted")
    lines += [f"{sign.role} by {sign.who}" for sign in cell.karyotype.state.signatures]
    return "\n".join([*lines, kept_words(cell)])


def kept_words(cell: OpenCell) -> str:
    """Return which file keeps a cell, or why none does."""
    if cell.case is None:
        reason = cell.unkept or "Save it as .karyo."
        return f"No file keeps this cell. {reason}"
    name = cell.case.path.name
    if cell.case.read_only:
        return f"{name} is open read-only: {cell.case.read_only}. Edits are refused."
    return f"Kept in {name}, each edit at once."


def signature_words(cell: OpenCell) -> str:
    """Return who signed the cell and when, in the time of this place."""
    lines = []
    for sign in cell.karyotype.state.signatures:
        when = local(datetime.fromisoformat(sign.time), always_day=True)
        lines.append(f"{sign.role} by {sign.who}, {when}")
    return "; ".join(lines) or "Not signed"


def local(time: datetime, always_day: bool = False) -> str:
    """Return a moment in the time of this place; the day where it is not today."""
    here = time.astimezone()
    today = here.date() == datetime.now().astimezone().date()
    return f"{here:%H:%M}" if today and not always_day else f"{here:%Y-%m-%d %H:%M}"
