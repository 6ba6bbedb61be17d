"""Actions by which a person goes through the doubtful ones and says what was seen."""

from __future__ import annotations

from napari_karyo.gui.actions.action import attempt, in_hand, name_of, on_top, slot_words
from napari_karyo.gui.actions.correcting import place
from napari_karyo.gui.desk import Desk
from napari_karyo.gui.open_cell import OpenCell
from napari_karyo.iscn import warning
from napari_karyo.karyotype import CELL_MARKS

NOTHING_LEFT = "Nothing doubtful is left in this cell."


def _doubtful(desk: Desk, step: int) -> None:
    cell = on_top(desk)
    if cell is None:
        return
    waiting = cell.doubtful()
    if not waiting:
        desk.say(NOTHING_LEFT)
        return
    if desk.selected in waiting:
        index = waiting[(waiting.index(desk.selected) + step) % len(waiting)]
    else:
        index = waiting[0] if step > 0 else waiting[-1]
    desk.select(index)
    desk.say(f"{waiting.index(index) + 1} of {len(waiting)} to look at.")


def next_doubtful(desk: Desk) -> None:
    """Select the next doubtful chromosome, the least certain first."""
    _doubtful(desk, +1)


def previous_doubtful(desk: Desk) -> None:
    """Select the previous doubtful chromosome."""
    _doubtful(desk, -1)


def go_on(desk: Desk, done: str) -> None:
    """Take the next open question in hand, after one was answered.

    Parameters
    ----------
    desk : Desk
    done : str
        What the answer was, said together with how many are left.
    """
    cell = desk.current
    if cell is None:
        return
    waiting = cell.doubtful()
    if waiting:
        desk.select(waiting[0])
        desk.say(f"{done} {len(waiting)} left to look at.")
    else:
        desk.say(f"{done} {NOTHING_LEFT}")


def put_into(desk: Desk, slot: str, index: int | None = None) -> None:
    """Answer what class a chromosome is of, then go on where that was a question.

    Who names the class that it sits in already has accepted it there.

    Parameters
    ----------
    desk : Desk
    slot : str
    index : int, optional
        The one in hand where left out.
    """
    if index is None:
        found = in_hand(desk)
        if found is None:
            return
        index = found[1]
    cell = desk.current
    if cell is None or index not in cell.present:
        return
    asked = index in cell.doubtful()
    if asked and cell.karyotype.slot_of(index) == slot:
        done = attempt(desk, lambda: cell.karyotype.review([index]))
    else:
        done = place(desk, slot, index)
    # Who has gone elsewhere already is not called away from there.
    if done and asked and desk.selected == index:
        go_on(desk, f"{name_of(cell, index)}: {slot_words(slot)}.")


def others(cell: OpenCell, index: int) -> list[str]:
    """Return the likeliest classes of a chromosome but the one it sits in, best first."""
    here = cell.karyotype.slot_of(index)
    return [name for name, _ in cell.classification.alternatives(index) if name != here]


def _take_other(desk: Desk, number: int) -> None:
    found = in_hand(desk)
    if found is not None:
        put_into(desk, others(*found)[number], found[1])


def best_other(desk: Desk) -> None:
    """Put it into the likeliest class other than where it sits."""
    _take_other(desk, 0)


def second_other(desk: Desk) -> None:
    """Put it into the second likeliest class other than where it sits."""
    _take_other(desk, 1)


def accept(desk: Desk) -> None:
    """Accept where the chromosome sits and go on to the next doubtful one.

    While a class is being typed, this confirms what is typed instead.
    """
    if desk.typing is not None and desk.typing.pending:
        desk.typing.confirm()
        return
    found = in_hand(desk)
    if found is None:
        return
    cell, index = found
    if index not in cell.karyotype.state.reviewed:
        cell.karyotype.review([index])
    go_on(desk, "Accepted.")


def accept_sure(desk: Desk) -> None:
    """Accept all that the model is sure of and nobody has touched."""
    cell = on_top(desk)
    if cell is None:
        return
    sure = cell.unaccepted_sure()
    if not sure:
        desk.say("No sure one is left to accept.")
        return
    cell.karyotype.review(sure)
    left = len(cell.doubtful())
    rest = f"{left} left to look at." if left else NOTHING_LEFT
    desk.say(f"{len(sure)} sure chromosomes accepted. {rest}")


# -- the whole cell ---------------------------------------------------------------


def mark_further(desk: Desk) -> None:
    """Mark the cell counted, then analysed, then karyotyped, then not at all."""
    cell = on_top(desk)
    if cell is not None:
        marks = cell.karyotype.state.marks
        further = next((word for word in CELL_MARKS if word not in marks), None)
        cell.karyotype.mark(further or CELL_MARKS[0], further is not None)


def sign(desk: Desk, role: str) -> None:
    """Sign the cell on top, and say what was not looked at and what does not agree.

    What is being typed is written first: it is part of what is signed.

    Parameters
    ----------
    desk : Desk
    role : {"reviewed", "confirmed"}
    """
    cell = on_top(desk)
    if cell is None:
        return
    desk.fields_left.emit()
    if cell.karyotype.sign(role) is None:
        desk.say(f"The cell is {role} already.")
        return
    left, state = len(cell.doubtful()), cell.karyotype.state
    words = []
    if left:
        words.append(f"Signed as {role}, though {left} in it were never looked at.")
    against = "" if state.iscn is None else warning(state.iscn, state.content)
    if against:
        words.append(f"⚠ Signed as {role}, but {against}")
    if words:
        desk.say(" ".join(words))


def reviewed(desk: Desk) -> None:
    """Sign the cell as reviewed."""
    sign(desk, "reviewed")


def confirmed(desk: Desk) -> None:
    """Confirm what another person has reviewed."""
    sign(desk, "confirmed")


def withdraw(desk: Desk) -> None:
    """Take all signatures back."""
    cell = on_top(desk)
    if cell is not None:
        cell.karyotype.withdraw()
