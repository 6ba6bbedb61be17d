"""The one table of keys: it drives napari's layers, the docks' buttons and the help page.

Chosen so that they are none of the class keys 0 to 9, X and Y, and none of napari's menus.
Of napari's own keys for a layer those are taken that make no sense over a karyogram.
"""

from __future__ import annotations

from napari_karyo.gui.actions import correcting, looking, reviewing
from napari_karyo.gui.actions.action import Action
from napari_karyo.gui.actions.pictures import PICTURE_ACTIONS
from napari_karyo.gui.actions.spreads import SPREAD_ACTIONS

_REVIEW: tuple[Action, ...] = (
    Action(
        "Next doubtful",
        ("N",),
        "Go to the next doubtful chromosome",
        reviewing.next_doubtful,
        "Review",
    ),
    Action(
        "Previous doubtful",
        ("P", "Shift-N"),
        "Go to the previous doubtful chromosome",
        reviewing.previous_doubtful,
        "Review",
    ),
    Action(
        "Accept",
        ("Enter",),
        "Accept where it sits and go to the next doubtful one; confirms a class being typed",
        reviewing.accept,
        "Review",
    ),
    Action(
        "Best other",
        (",",),
        "Put it into the likeliest class other than where it sits, and go on",
        reviewing.best_other,
        "Review",
    ),
    Action(
        "Second other",
        (".",),
        "Put it into the second likeliest other class, and go on",
        reviewing.second_other,
        "Review",
    ),
    Action(
        "Accept sure",
        ("G",),
        "Accept all green ones: those that the model is sure of",
        reviewing.accept_sure,
        "Review",
    ),
    Action(
        "Compare",
        ("C",),
        "Keep it in view beside the next one selected; again to stop",
        correcting.compare,
        "Review",
    ),
    Action("Select right", ("Right",), "Select the next chromosome", looking.select_next, "Review"),
    Action(
        "Select left",
        ("Left",),
        "Select the chromosome before",
        looking.select_previous,
        "Review",
    ),
    Action(
        "Let go",
        ("Escape",),
        "Forget the typing, the comparison or the selection",
        looking.escape,
        "Review",
    ),
)

_CORRECT: tuple[Action, ...] = (
    Action("Flip", ("F",), "Turn it top to bottom (p arm up)", correcting.flip),
    Action("Swap", ("W",), "Swap it with its homologue", correcting.swap),
    Action(
        "Swap right",
        ("Shift-Right",),
        "Swap it with the homologue on the right",
        correcting.swap_right,
    ),
    Action(
        "Swap left",
        ("Shift-Left",),
        "Swap it with the homologue on the left",
        correcting.swap_left,
    ),
    Action(
        "To tray",
        ("T", "Delete"),
        "Send it to the tray: dirt, or nobody can name it",
        correcting.tray,
    ),
    Action(
        "Marker",
        ("M",),
        "Call it a marker chromosome, which counts; again to take that back",
        correcting.marker,
    ),
    Action(
        "Derivative",
        ("D",),
        "Call it a derivative, structurally abnormal; again to take that back",
        correcting.derivative,
    ),
    Action("Undo", ("Control-Z",), "Take the last edit back", correcting.undo),
    Action("Redo", ("Control-Shift-Z", "Control-Y"), "Do it again", correcting.redo),
)

_CELL: tuple[Action, ...] = (
    Action(
        "Mark cell",
        ("Control-K",),
        "Mark the cell counted, then analysed, then karyotyped, then not at all",
        reviewing.mark_further,
        "Cell",
    ),
    Action(
        "Reviewed",
        ("Control-Enter",),
        "Sign the cell as reviewed, with your initials",
        reviewing.reviewed,
        "Cell",
    ),
    Action(
        "Confirmed",
        ("Control-Shift-Enter",),
        "Confirm what another person has reviewed, with your initials",
        reviewing.confirmed,
        "Cell",
    ),
    Action("Export", ("Control-E",), "Write the karyogram to a file", looking.export, "Cell"),
    Action(
        "Next cell", ("Control-PageDown",), "Show the next open cell", looking.next_cell, "Cell"
    ),
    Action(
        "Previous cell",
        ("Control-PageUp",),
        "Show the open cell before",
        looking.previous_cell,
        "Cell",
    ),
    Action("Close cell", ("Control-Shift-W",), "Close this karyogram", looking.close_cell, "Cell"),
)

_LOOK: tuple[Action, ...] = (
    Action(
        "Saliency",
        ("S",),
        "Show or hide what the network looked at",
        looking.toggle_saliency,
        "Look",
    ),
    Action(
        "Attention", ("A",), "Show or hide the attention by row", looking.toggle_attention, "Look"
    ),
    Action(
        "Same class",
        ("V",),
        "Show the class of the selected one in all cells, side by side",
        looking.same_class,
        "Look",
    ),
    Action(
        "Spread",
        ("O",),
        "Look at the photograph of the spread, the karyogram, or both",
        looking.next_part,
        "Look",
    ),
    Action("Lights", ("L",), "Show or hide the confidence lights", looking.toggle_lights, "Look"),
    Action(
        "Chromosome tab", ("Control-1",), "Show the chromosome", looking.show_chromosome, "Look"
    ),
    Action("Cell tab", ("Control-2",), "Show the cell", looking.show_cell, "Look"),
    Action("Patient tab", ("Control-3",), "Show the patient", looking.show_patient, "Look"),
    Action(
        "History",
        ("Shift-H",),
        "Show what was done to this cell, to go back to any of it",
        looking.show_history,
        "Look",
    ),
    Action("Keys", ("H",), "Show or hide this list of keys", looking.show_help, "Look"),
)

ACTIONS: tuple[Action, ...] = (
    *_REVIEW,
    *_CORRECT,
    *PICTURE_ACTIONS,
    *SPREAD_ACTIONS,
    *_CELL,
    *_LOOK,
)
BY_NAME = {action.name: action for action in ACTIONS}
