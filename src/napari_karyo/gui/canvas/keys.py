"""Binding the table of keys to the karyogram's layers, and the help text made from it.

Keys are bound to the layers of the karyogram and not to the viewer, so that a
digit typed while another layer is active means what it always meant in napari.
napari asks an active layer's own keys before those of its kind and of the viewer.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape as html_escape
from typing import TYPE_CHECKING

from napari_karyo.gui.actions import Action, perform
from napari_karyo.gui.actions.action_table import ACTIONS
from napari_karyo.gui.session.session import Session

if TYPE_CHECKING:
    from napari.layers import Layer

CLASS_KEYS = tuple("0123456789XY")

_PLAIN = {
    "Control": "Ctrl",
    "Right": "→",
    "Left": "←",
    "PageDown": "Page Down",
    "PageUp": "Page Up",
    "-": "minus",
    ",": "comma",
    ".": "full stop",
}
#: In the place of its keys, where an action without any is found.
_BUTTON = "Tab Cell"
#: Headings of the help, in order.
_GROUPS = ("Mouse", "Review", "Correct", "Picture", "Spread", "Cell", "Look")


def plain_key(key: str) -> str:
    """Return a key in words for the person, such as ``Ctrl+Shift+Z``."""
    # The minus sign is a key too.
    *held, last = key.split("-") if len(key) > 1 else [key]
    return "+".join(_PLAIN.get(part, part) for part in (*held, last))


def bind_keys(layer: Layer, session: Session) -> None:
    """Bind every key of the table to a layer.

    Parameters
    ----------
    layer : napari.layers.Layer
    session : Session
        Its actions are called; ``session.typing`` takes the typed classes.
    """

    def run(action: Action) -> Callable[[Layer], None]:
        def pressed(_layer: Layer) -> None:
            perform(session, action)

        return pressed

    def typed(character: str) -> Callable[[Layer], None]:
        def pressed(_layer: Layer) -> None:
            if session.typing is not None:
                session.typing.key(character)

        return pressed

    for action in ACTIONS:
        for key in action.keys:
            layer.bind_key(key, run(action), overwrite=True)
    for character in CLASS_KEYS:
        layer.bind_key(character, typed(character), overwrite=True)


def help_rows() -> list[tuple[str, str, str]]:
    """Return the help as rows of (group, keys, what it does)."""
    rows = [
        ("Mouse", "Click", "Select a chromosome"),
        ("Mouse", "Drag onto a slot", "Put it there, left or right of its homologue"),
        ("Mouse", "Drag beside", "Move the page; the wheel zooms"),
        ("Mouse", "Dock", "Click a class: put the selected chromosome into it, and go on"),
        ("Review", "1 to 22, X, Y", "Put the selected chromosome into that class, and go on"),
    ]
    rows += [
        (action.group, " / ".join(map(plain_key, action.keys)) or _BUTTON, action.what)
        for action in ACTIONS
    ]
    return sorted(rows, key=lambda row: _GROUPS.index(row[0]) if row[0] in _GROUPS else 99)


def help_html() -> str:
    """Return the help as a small table for a text label."""
    lines: list[str] = []
    group = ""
    for heading, keys, what in help_rows():
        if heading != group:
            lines.append(f"<tr><td colspan=2><b>{heading}</b></td></tr>")
            group = heading
        lines.append(
            f"<tr><td style='padding-right:8px'>{html_escape(keys)}</td>"
            f"<td>{html_escape(what)}</td></tr>"
        )
    return "<table>" + "".join(lines) + "</table>"
