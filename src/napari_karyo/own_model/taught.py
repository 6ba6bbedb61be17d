"""What a cell of a case file teaches: its crops as a person left them, or why nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.case import Case, CellEntry
from napari_karyo.case.rows import KeptCrops
from napari_karyo.cell import Cell, Lost
from napari_karyo.classes import CLASS_INDEX, CLASSES, MARKERS
from napari_karyo.errors import PreprocessingError
from napari_karyo.iscn import IscnError, disagreements, is_readable, parse
from napari_karyo.karyotype import State
from napari_karyo.own_model.collection import CollectedCell, CollectedCrop
from napari_karyo.own_model.standing import standing

#: Why a chromosome is left out.
IN_TRAY: Final = "in the tray"
MARKER: Final = "among the markers"
DERIVATIVE: Final = "derivative"
#: The written karyotype changes its class, and nobody marked which one it is.
MAYBE_DERIVATIVE: Final = "of a class that the written karyotype changes"
NOTHING: Final = "not to be told from the background"


def taught_by(case: Case, path: Path, entry: CellEntry) -> CollectedCell:
    """Return a cell of a case with what it teaches, or why it is left out.

    Parameters
    ----------
    case : Case
        The case, or a copy of it.
    path : Path
        Where the case lies.
    entry : CellEntry

    Raises
    ------
    CaseError
        Where its rows make no sense.
    """
    state = case.karyotype(entry.number).state
    kept = case.crops(entry.number)
    signed = [datetime.fromisoformat(sign.time) for sign in state.signatures]
    cell = CollectedCell(
        case=path,
        number=entry.number,
        name=entry.name,
        patient=case.patient.strip() or path.stem,
        polarity=kept.cell.polarity,
        reviewed_by=tuple(dict.fromkeys(sign.who for sign in state.signatures)),
        since=max(signed, default=None),
        model=entry.model,
        model_hash=entry.model_hash,
    )
    if not entry.superseded and not kept.cell.lost:
        wrong = _expected_wrong(state, kept)
        cell = replace(cell, expected_wrong=wrong, unknown=bool(kept.unknown))
    never = _never(entry, state, kept.cell)
    if never:
        return cell.left_out(never, can_be_taken=False)
    crops, others = _crops_of(state, kept)
    cell = replace(
        cell, crops=crops, left_out_chromosomes=dict(others), content=_content(kept.cell)
    )
    if not crops:
        return cell.left_out("none of its chromosomes is in a class.")
    if kept.cell.simulated:
        return cell.left_out("the program made it itself.")
    if (
        state.iscn
        and is_readable(state.iscn)
        and (lines := disagreements(state.iscn, state.content))
    ):
        return cell.left_out(
            f"its karyogram and the karyotype written of it disagree ({lines[0]}). Mend one of "
            "them, and sign anew."
        )
    return cell


def _expected_wrong(state: State, kept: KeptCrops) -> float:
    """Return how many chromosomes are in a wrong class by the model's own doubt."""
    settled = state.corrected | state.reviewed
    rows = [kept.probabilities[one] for one in state.positions if one not in settled]
    # Of a piece made without the model at hand it has said nothing.
    return float(sum(1 - row.max() for row in rows if np.ptp(row) > 0))


def _never(entry: CellEntry, state: State, cell: Cell) -> str:
    """Return why nothing can be learned from a cell, whatever a person says; or nothing."""
    if entry.superseded:
        return "it was classified anew since."
    if not state.signatures:
        return "nobody has signed it as it stands. Review it, and sign."
    if Lost.SCALE in cell.lost:
        return (
            "its crops were resized to one size, so that their lengths would teach what is wrong."
        )
    if Lost.GREYS in cell.lost:
        return "its crops have no greys, so that their bands are lost."
    return ""


def _crops_of(state: State, kept: KeptCrops) -> tuple[tuple[CollectedCrop, ...], Counter[str]]:
    """Return the crops that are in a class, and how many others there are, by the reason."""
    crops, others = [], Counter[str]()
    white, unmarked = kept.cell.white, _unmarked(state)
    for one, (slot, _) in sorted(state.positions.items()):
        if slot == MARKERS:
            others[MARKER] += 1
        elif slot not in CLASS_INDEX:
            others[IN_TRAY] += 1
        elif one in state.derivatives:
            others[DERIVATIVE] += 1
        elif slot in unmarked:
            others[MAYBE_DERIVATIVE] += 1
        else:
            row = kept.probabilities[one]
            # A piece made without the model at hand has all classes alike.
            own = CLASSES[int(row.argmax())] if np.ptp(row) > 0 else ""
            try:
                image = standing(
                    kept.chromosomes[one].image,
                    kept.cell.polarity,
                    white,
                    turned=one in state.turned,
                    angle=state.appearance(one).angle,
                )
            except PreprocessingError:
                others[NOTHING] += 1
            else:
                crops.append(CollectedCrop(slot, image, own))
    return tuple(crops), others


def _unmarked(state: State) -> frozenset[str]:
    """Return the classes that the written karyotype changes more often than a person marked."""
    try:
        clones = parse(state.iscn).clones if state.iscn else ()
    except IscnError:
        return frozenset()
    changed = Counter[str]()
    for clone in clones:
        own = Counter[str]()
        for word in clone.structural:
            # The others have to be marked, or text and karyogram disagree.
            if word.structure != "der" and not word.joins:
                for name in word.classes:
                    own[name] += word.copies
        changed |= own
    marked = state.content.derivatives
    return frozenset(name for name, copies in changed.items() if marked.get(name, 0) < copies)


def _content(cell: Cell) -> frozenset[str]:
    """Return what tells a cell from others, in whichever case file it stands."""
    seen = {_digest(item.image) for item in cell}
    if cell.photograph is not None:
        seen.add(f"photograph {_digest(cell.photograph.image)}")
    return frozenset(seen)


def _digest(image: NDArray[Any]) -> str:
    whole = hashlib.sha256(f"{image.dtype.str} {image.shape}".encode())
    whole.update(np.ascontiguousarray(image).tobytes())
    return whole.hexdigest()[:24]
