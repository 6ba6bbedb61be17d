"""Actions that correct where a chromosome sits and how it stands."""

from __future__ import annotations

from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.gui.actions.action import attempt, name_of, selected_in, slot_words
from napari_karyo.gui.session.session import Session


def place(
    session: Session, slot: str, index: int | None = None, position: int | None = None
) -> bool:
    """Put a chromosome into a slot: the one edit behind drag, typing and the buttons.

    Parameters
    ----------
    session : Session
    slot : str
    index : int, optional
        The one selected where left out.
    position : int, optional
        How many of the others shall stand to its left.

    Returns
    -------
    bool
        Whether it sits there now.
    """
    if index is None:
        found = selected_in(session)
        if found is None:
            return False
        index = found[1]
    cell = session.current
    if cell is None or index not in cell.present:
        return False
    before = cell.karyotype.slot_of(index)
    if before == slot and position is None:
        session.say(f"{name_of(cell, index)} is in {slot_words(slot)} already.")
        return True
    if not attempt(session, lambda: cell.karyotype.move([index], slot, position)):
        return False
    if before != slot:
        session.say(f"{name_of(cell, index)}: {slot_words(before)} to {slot_words(slot)}.")
    return True


def flip(session: Session) -> None:
    """Turn the selected chromosome top to bottom."""
    found = selected_in(session)
    if found is not None:
        found[0].karyotype.turn([found[1]])


def swap_beside(session: Session, step: int) -> None:
    """Swap with the homologue to the right, at +1, or to the left, at -1."""
    found = selected_in(session)
    if found is None:
        return
    cell, index = found
    members = cell.karyotype.state.slots[cell.karyotype.slot_of(index)]
    place_there = members.index(index) + step
    if not 0 <= place_there < len(members):
        side = "right" if step > 0 else "left"
        session.say(f"There is no homologue to the {side} in this slot.")
        return
    cell.karyotype.swap_with_neighbour(index, step)


def swap(session: Session) -> None:
    """Swap with the homologue on the right, or on the left where there is none."""
    found = selected_in(session)
    if found is None:
        return
    cell, index = found
    members = cell.karyotype.state.slots[cell.karyotype.slot_of(index)]
    swap_beside(session, +1 if members.index(index) + 1 < len(members) else -1)


def marker(session: Session) -> None:
    """Call the selected chromosome a marker, or take that back."""
    found = selected_in(session)
    if found is not None:
        cell, index = found
        is_one = index in cell.karyotype.state.markers
        place(session, TRAY if is_one else MARKERS)


def derivative(session: Session) -> None:
    """Call the selected chromosome a derivative, or take that back."""
    found = selected_in(session)
    if found is not None:
        cell, index = found
        is_one = index in cell.karyotype.state.derivatives
        cell.karyotype.mark_derivative(index, not is_one)


def undo(session: Session) -> None:
    """Take the last edit back, and select the chromosome that it was about."""
    cell = session.current
    if cell is None or not cell.karyotype.can_undo:
        session.say("Nothing to undo.")
        return
    edit = cell.karyotype.undo()
    # After a class was typed the next doubtful one is selected: the person wants back.
    if edit is not None and len(edit.chromosomes) == 1 and edit.chromosomes[0] in cell.present:
        session.select(edit.chromosomes[0])


def redo(session: Session) -> None:
    """Do the edit again that was taken back."""
    cell = session.current
    if cell is None or not cell.karyotype.can_redo:
        session.say("Nothing to redo.")
        return
    cell.karyotype.redo()


def compare(session: Session) -> None:
    """Keep the selected chromosome beside the next one, or let go of the one kept."""
    if session.pinned is not None:
        session.pin(None)
        session.say("No longer compared.")
        return
    found = selected_in(session)
    if found is not None:
        cell, index = found
        session.pin(index)
        session.say(f"{name_of(cell, index)} stays: select another one to compare it with.")
