"""Actions by which a person goes through the doubtful ones and says what was seen."""

from __future__ import annotations

from napari_karyo.counted import count
from napari_karyo.gui.actions.action import attempt, name_of, on_top, selected_in, slot_words
from napari_karyo.gui.actions.correcting import place
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.iscn import warning
from napari_karyo.karyotype import CELL_MARKS

NOTHING_LEFT = "Nothing doubtful is left in this cell."


def go_to_doubtful(session: Session, step: int) -> None:
    """Select the next doubtful chromosome, at +1, or the one before, at -1."""
    cell = on_top(session)
    if cell is None:
        return
    waiting = cell.doubtful()
    if not waiting:
        session.say(NOTHING_LEFT)
        return
    if session.selected in waiting:
        index = waiting[(waiting.index(session.selected) + step) % len(waiting)]
    else:
        index = waiting[0] if step > 0 else waiting[-1]
    session.select(index)
    session.say(f"{waiting.index(index) + 1} of {len(waiting)} to look at.")


def go_on(session: Session, done: str) -> None:
    """Select the next open question after one was answered.

    Parameters
    ----------
    session : Session
    done : str
        What the answer was, said together with how many are left.
    """
    cell = session.current
    if cell is None:
        return
    waiting = cell.doubtful()
    if waiting:
        session.select(waiting[0])
        session.say(f"{done} {len(waiting)} left to look at.")
    else:
        session.say(f"{done} {NOTHING_LEFT}")


def put_into(session: Session, slot: str, index: int | None = None) -> None:
    """Answer what class a chromosome is of, then go on where that was a question.

    Who names the class that it sits in already has accepted it there.

    Parameters
    ----------
    session : Session
    slot : str
    index : int, optional
        The one selected where left out.
    """
    if index is None:
        found = selected_in(session)
        if found is None:
            return
        index = found[1]
    cell = session.current
    if cell is None or index not in cell.present:
        return
    asked = index in cell.doubtful()
    if asked and cell.karyotype.slot_of(index) == slot:
        done = attempt(session, lambda: cell.karyotype.review([index]))
    else:
        done = place(session, slot, index)
    # Who has gone elsewhere already is not called away from there.
    if done and asked and session.selected == index:
        go_on(session, f"{name_of(cell, index)}: {slot_words(slot)}.")


def others(cell: OpenCell, index: int) -> list[str]:
    """Return the likeliest classes of a chromosome but the one it sits in, best first."""
    here = cell.karyotype.slot_of(index)
    return [name for name, _ in cell.classification.alternatives(index) if name != here]


def take_other(session: Session, number: int) -> None:
    """Put it into a likely class other than where it sits: 0 is the likeliest."""
    found = selected_in(session)
    if found is not None:
        put_into(session, others(*found)[number], found[1])


def accept(session: Session) -> None:
    """Accept where the chromosome sits and go on to the next doubtful one.

    While a class is being typed, this confirms what is typed instead.
    """
    if session.typing is not None and session.typing.pending:
        session.typing.confirm()
        return
    found = selected_in(session)
    if found is None:
        return
    cell, index = found
    if index not in cell.karyotype.state.reviewed:
        cell.karyotype.review([index])
    go_on(session, "Accepted.")


def accept_sure(session: Session) -> None:
    """Accept all that the model is sure of and nobody has touched."""
    cell = on_top(session)
    if cell is None:
        return
    sure = cell.unaccepted_sure()
    if not sure:
        session.say("No sure one is left to accept.")
        return
    cell.karyotype.review(sure)
    left = len(cell.doubtful())
    rest = f"{left} left to look at." if left else NOTHING_LEFT
    session.say(f"{len(sure)} sure chromosomes accepted. {rest}")


def accept_all(session: Session) -> None:
    """Accept every chromosome of the cell where it lies; what was settled before stays so."""
    cell = on_top(session)
    if cell is None:
        return
    left = cell.unsettled()
    if not left:
        session.say("Each chromosome has a person's word already.")
        return
    cell.karyotype.review(left)
    were = count(len(left), "chromosome")
    session.say(f"{were} accepted as they lie. Ctrl+Z takes that back.")


# -- the whole cell ---------------------------------------------------------------


def mark_further(session: Session) -> None:
    """Mark the cell counted, then analysed, then karyotyped, then not at all."""
    cell = on_top(session)
    if cell is not None:
        marks = cell.karyotype.state.marks
        further = next((word for word in CELL_MARKS if word not in marks), None)
        cell.karyotype.mark(further or CELL_MARKS[0], further is not None)


def sign(session: Session, role: str) -> None:
    """Sign the cell on top, and say what was not looked at and what does not agree.

    What is being typed is written first: it is part of what is signed.

    Parameters
    ----------
    session : Session
    role : {"reviewed", "confirmed"}
    """
    cell = on_top(session)
    if cell is None:
        return
    session.fields_left.emit()
    if cell.karyotype.sign(role) is None:
        session.say(f"The cell is {role} already.")
        return
    left, state = len(cell.doubtful()), cell.karyotype.state
    words = []
    if left:
        were = f"{count(left, 'chromosome')} of it {'was' if left == 1 else 'were'}"
        words.append(f"Signed as {role}, though {were} never looked at.")
    against = "" if state.iscn is None else warning(state.iscn, state.content)
    if against:
        words.append(f"⚠ Signed as {role}, but {against}")
    if words:
        session.say(" ".join(words))
