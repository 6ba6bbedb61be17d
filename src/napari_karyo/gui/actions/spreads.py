"""Actions on the photograph of a spread: outlines parted, drawn, painted and removed.

They are rows of the one table of keys. Splitting and merging are among the pictures: they work
on the photograph too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from napari_karyo.gui.actions.action import Action, name_of, on_top, selected_in
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


def _removes(kind: str) -> Callable[[Session], None]:
    return lambda session: remove(session, kind)


def _takes(tool: str) -> Callable[[Session], None]:
    def take(session: Session) -> None:
        cell = on_top(session)
        if cell is None or session.view is None:
            return
        if cell.classification.cell.photograph is None:
            session.say("This cell has no photograph of its spread: split and merge its crops.")
            return
        session.view.take_tool(tool)

    return take


SPREAD_ACTIONS: tuple[Action, ...] = (
    Action(
        "Part crossing",
        ("U",),
        "Part chromosomes that cross into whole ones: a line along each, or Enter as proposed",
        _takes("Part crossing"),
        "Spread",
    ),
    Action(
        "Draw new",
        ("I",),
        "Draw around a chromosome that was not found, or click its corners",
        _takes("Draw new"),
        "Spread",
    ),
    Action("Paint", ("B",), "Add to its outline with a brush", _takes("Paint"), "Spread"),
    Action("Erase", ("Shift-B",), "Take from its outline with a brush", _takes("Erase"), "Spread"),
    Action("Dirt", ("Z",), "Remove it: it is dirt, and does not count", _removes("dirt"), "Spread"),
    Action("Nucleus", ("Shift-Z",), "Remove it: it is a nucleus", _removes("nucleus"), "Spread"),
    Action(
        "Twice",
        ("Shift-D",),
        "Remove it: this chromosome is outlined twice",
        _removes("twice"),
        "Spread",
    ),
)
