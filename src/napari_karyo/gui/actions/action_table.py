"""The one table of keys: it drives napari's layers, the docks' buttons and the help page.

Chosen so that they are none of the class keys 0 to 9, X and Y, and none of napari's menus.
Of napari's own keys for a layer those are taken that make no sense over a karyogram. Q and E
lie side by side on most keyboards and are on all of them, which square brackets are not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from napari_karyo.classes import TRAY
from napari_karyo.gui.actions import correcting, looking, pictures, reviewing, spreads
from napari_karyo.gui.actions.action import Action, Group
from napari_karyo.gui.actions.pictures import FAR, STEP
from napari_karyo.gui.session.session import Session

_BY_STEP: Final = (
    f"Rotate it by {STEP:.0f} degrees; drag the round arrow at its frame for any angle"
)
_BY_FAR: Final = f"Rotate it by {FAR:.0f} degrees"

#: By heading of the help: name, keys parted by spaces, what is done, and that in words.
_ROWS: Final[dict[Group, tuple[tuple[str, str, Callable[[Session], object], str], ...]]] = {
    "Review": (
        ("Next doubtful", "N", lambda here: reviewing.go_to_doubtful(here, +1),
         "Go to the next doubtful chromosome"),
        ("Previous doubtful", "P Shift-N", lambda here: reviewing.go_to_doubtful(here, -1),
         "Go to the previous doubtful chromosome"),
        ("Accept", "Enter", reviewing.accept,
         "Accept where it sits and go to the next doubtful one; confirms a class being typed"),
        ("Best other", ",", lambda here: reviewing.take_other(here, 0),
         "Put it into the likeliest class other than where it sits, and go on"),
        ("Second other", ".", lambda here: reviewing.take_other(here, 1),
         "Put it into the second likeliest other class, and go on"),
        ("Accept sure", "G", reviewing.accept_sure,
         "Accept all green ones: those that the model is sure of"),
        # No key: nobody shall hit it by accident.
        ("Accept all as they lie", "", reviewing.accept_all,
         "Accept every chromosome of this cell where it lies, once you have looked at each"),
        ("Compare", "C", correcting.compare,
         "Keep it in view beside the next one selected; again to stop"),
        ("Select right", "Right", lambda here: looking.walk(here, +1),
         "Select the next chromosome"),
        ("Select left", "Left", lambda here: looking.walk(here, -1),
         "Select the chromosome before"),
        ("Let go", "Escape", looking.escape, "Forget the typing, the comparison or the selection"),
    ),
    "Correct": (
        ("Flip", "F", correcting.flip, "Turn it top to bottom (p arm up)"),
        ("Swap", "W", correcting.swap, "Swap it with its homologue"),
        ("Swap right", "Shift-Right", lambda here: correcting.swap_beside(here, +1),
         "Swap it with the homologue on the right"),
        ("Swap left", "Shift-Left", lambda here: correcting.swap_beside(here, -1),
         "Swap it with the homologue on the left"),
        ("To tray", "T Delete", lambda here: correcting.place(here, TRAY),
         "Send it to the tray: dirt, or nobody can name it"),
        ("Marker", "M", correcting.marker,
         "Call it a marker chromosome, which counts; again to take that back"),
        ("Derivative", "D", correcting.derivative,
         "Call it a derivative, structurally abnormal; again to take that back"),
        ("Undo", "Control-Z", correcting.undo, "Take the last edit back"),
        ("Redo", "Control-Shift-Z Control-Y", correcting.redo, "Do it again"),
    ),
    "Picture": (
        ("Rotate left", "Q [", lambda here: pictures.rotate(here, -STEP), _BY_STEP),
        ("Rotate right", "E ]", lambda here: pictures.rotate(here, STEP), _BY_STEP),
        ("Rotate far left", "Shift-Q", lambda here: pictures.rotate(here, -FAR), _BY_FAR),
        ("Rotate far right", "Shift-E", lambda here: pictures.rotate(here, FAR), _BY_FAR),
        ("Straighten", "R", pictures.straighten,
         "Draw it pulled straight; again for as it was photographed"),
        ("More contrast", "=", lambda here: pictures.change_contrast(here, True),
         "Draw it with more contrast"),
        ("Less contrast", "-", lambda here: pictures.change_contrast(here, False),
         "Draw it with less contrast"),
        ("Reset picture", "Shift-R", pictures.reset,
         "Draw it as it was photographed: upright, bent as it is, with the cell's contrast"),
        ("Split", "K", lambda here: pictures.take_tool(here, "Split"),
         "Cut a crop that holds two chromosomes: draw a line, or move it with the arrows"),
        ("Merge", "J", lambda here: pictures.take_tool(here, "Merge"),
         "Join it with a piece cut off: click that one, or draw between two on the photograph"),
    ),
    "Spread": (
        ("Part crossing", "U", lambda here: spreads.take(here, "Part crossing"),
         "Part chromosomes that cross into whole ones: a line along each, or Enter as proposed"),
        ("Draw new", "I", lambda here: spreads.take(here, "Draw new"),
         "Draw around a chromosome that was not found, or click its corners"),
        ("Paint", "B", lambda here: spreads.take(here, "Paint"),
         "Add to its outline with a brush"),
        ("Erase", "Shift-B", lambda here: spreads.take(here, "Erase"),
         "Take from its outline with a brush"),
        ("Shapes", "Shift-S", lambda here: spreads.take(here, "Shapes"),
         "Mend its outline with napari's own tools for shapes; again to take it back"),
        ("Labels", "Shift-L", spreads.show_labels,
         "Put all outlines into a layer of labels, to be saved for others; again to remove that"),
        ("Dirt", "Z", lambda here: spreads.remove(here, "dirt"),
         "Remove it: it is dirt, and does not count"),
        ("Nucleus", "Shift-Z", lambda here: spreads.remove(here, "nucleus"),
         "Remove it: it is a nucleus"),
        ("Twice", "Shift-D", lambda here: spreads.remove(here, "twice"),
         "Remove it: this chromosome is outlined twice"),
    ),
    "Cell": (
        ("Mark cell", "Control-K", reviewing.mark_further,
         "Mark the cell counted, then analysed, then karyotyped, then not at all"),
        ("Reviewed", "Control-Enter", lambda here: reviewing.sign(here, "reviewed"),
         "Sign the cell as reviewed, with your initials"),
        ("Confirmed", "Control-Shift-Enter", lambda here: reviewing.sign(here, "confirmed"),
         "Confirm what another person has reviewed, with your initials"),
        ("Worksheet", "Control-Shift-K", looking.open_worksheet,
         "Write down specimen, banding, slide and what else a laboratory must"),
        ("Export", "Control-E", looking.export, "Write the karyogram to a file"),
        ("Next cell", "Control-PageDown", lambda here: looking.show_another_cell(here, +1),
         "Show the next open cell"),
        ("Previous cell", "Control-PageUp", lambda here: looking.show_another_cell(here, -1),
         "Show the open cell before"),
        ("Close cell", "Control-Shift-W", looking.close_cell, "Close this karyogram"),
    ),
    "Look": (
        ("Saliency", "S", lambda here: looking.toggle_overlay(here, "saliency"),
         "Show or hide what the network looked at"),
        ("Attention", "A", lambda here: looking.toggle_overlay(here, "attention"),
         "Show or hide the attention by row"),
        ("Same class", "V", looking.same_class,
         "Show the class of the selected one in all cells, side by side; again, close it"),
        ("Spread", "O", looking.next_part,
         "Look at the photograph of the spread, the karyogram, or both"),
        ("Page", "Shift-P", looking.toggle_page,
         "Lay the page out for the window, chromosomes larger, or as it is printed"),
        ("Lights", "L", looking.toggle_lights, "Show or hide the confidence lights"),
        ("Chromosome tab", "Control-1", lambda here: looking.show_tab(here, "Chromosome"),
         "Show the chromosome"),
        ("Cell tab", "Control-2", lambda here: looking.show_tab(here, "Cell"), "Show the cell"),
        ("Patient tab", "Control-3", lambda here: looking.show_tab(here, "Patient"),
         "Show the patient"),
        ("History", "Shift-H", looking.show_history,
         "Show what was done to this cell, to go back to any of it"),
        ("Keys", "H", looking.show_help, "Show or hide this list of keys"),
    ),
}  # fmt: skip

ACTIONS: Final = tuple(
    Action(name, tuple(keys.split()), what, do, group)
    for group, rows in _ROWS.items()
    for name, keys, do, what in rows
)
BY_NAME: Final = {action.name: action for action in ACTIONS}
