"""Actions on the photograph of a spread: outlines parted, drawn, painted and removed.

Splitting and merging are among the pictures: they work on the photograph too.
"""

from __future__ import annotations

from typing import Final

from napari_karyo.gui.actions.action import name_of, on_top, selected_in
from napari_karyo.gui.actions.reviewing import go_on
from napari_karyo.gui.session.session import Session

#: What one that is no chromosome is called, by the word that the model has for it.
_CALLED: Final = {"dirt": "dirt", "nucleus": "a nucleus", "twice": "drawn twice"}


def remove(session: Session, kind: str) -> None:
    """Take the selected one from the karyogram, and go on where it was a question.

    Parameters
    ----------
    session : Session
    kind : {"dirt", "nucleus", "twice"}
    """
    found = selected_in(session)
    if found is None:
        return
    cell, index = found
    name = name_of(cell, index)
    cell.remove(index, kind)
    go_on(session, f"{name} removed: {_CALLED[kind]}.")


def take(session: Session, tool: str) -> None:
    """Begin to use a tool of the photograph."""
    if session.view is not None and _has_photograph(session):
        session.view.take_tool(tool)


def show_labels(session: Session) -> None:
    """Put all outlines into a layer of labels; again, take it away."""
    if session.view is not None and _has_photograph(session):
        session.view.show_labels()


def _has_photograph(session: Session) -> bool:
    """Whether the current cell has a photograph; else say what is missing."""
    cell = on_top(session)
    if cell is None:
        return False
    if cell.classification.cell.photograph is None:
        session.say("This cell has no photograph of its spread: split and merge its crops.")
        return False
    return True
