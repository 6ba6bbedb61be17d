"""One action, and the door that every edit from the window goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from napari_karyo.classes import CLASSES
from napari_karyo.errors import KaryoError
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.karyotype import slot_words as short_words

#: Headings of the help, in the order in which they stand there.
Group = Literal["Review", "Correct", "Picture", "Spread", "Cell", "Look"]


@dataclass(frozen=True)
class Action:
    """One thing that can be done.

    Attributes
    ----------
    name : str
        Short name, also the text of its button.
    keys : tuple of str
        In napari's writing, such as ``"Control-Z"``. The first is shown.
    what : str
        One line for tooltip and help.
    do : callable
        Takes the session.
    group : {"Review", "Correct", "Picture", "Cell", "Look"}
        Heading in the help text.
    """

    name: str
    keys: tuple[str, ...]
    what: str
    do: Callable[[Session], object]
    group: Group


def attempt(session: Session, edit: Callable[[], object]) -> bool:
    """Make an edit, or tell the person why it was refused.

    The one door: a case may be read-only, its disk full, a chromosome gone by merging.
    Whatever refuses an edit has changed nothing.

    Parameters
    ----------
    session : Session
    edit : callable

    Returns
    -------
    bool
        False where it was refused.
    """
    try:
        edit()
    except KaryoError as error:
        from napari.utils.notifications import show_error

        session.say(str(error))
        show_error(str(error))
        return False
    return True


def perform(session: Session, action: Action) -> bool:
    """Do an action as its key and its button do it; return False where it was refused."""
    return attempt(session, lambda: action.do(session))


def on_top(session: Session) -> OpenCell | None:
    """Return the current cell, or say that there is none."""
    if session.current is None:
        session.say("No karyogram is open.")
    return session.current


def selected_in(session: Session) -> tuple[OpenCell, int] | None:
    """Return the current cell and the selected chromosome, or say what is missing."""
    cell = on_top(session)
    if cell is None:
        return None
    if session.selected is None:
        session.say("Click a chromosome first.")
        return None
    return cell, session.selected


def slot_words(slot: str) -> str:
    """Return a slot's name as a person says it."""
    return f"chromosome {slot}" if slot in CLASSES else short_words(slot)


def name_of(cell: OpenCell, index: int) -> str:
    """Return the name of a chromosome's crop."""
    return cell.classification.cell.chromosomes[index].name
