"""A person who does anything at any time: the actions, each with when it can be done.

Actions go through the same doors as a person's: Qt events on the canvas and on buttons,
napari's own layer list, docks, dims and settings, and now and then Python, as from the
console. Which one comes next is drawn by a seed of its own for each step, so that what one
action did does not change which ones are drawn later. The checks are in
`random_actions_checks`, a whole sequence in `random_actions_run`.
"""

from __future__ import annotations

import random_actions_edits
import random_actions_files
import random_actions_gestures
import random_actions_window
from random_actions_files import make_material
from random_actions_person import DOINGS, Doing, Person, choose

__all__ = ["DOINGS", "Doing", "Person", "choose", "make_material"]

_ORDER = [
    module.__name__
    for module in (
        random_actions_files,
        random_actions_gestures,
        random_actions_edits,
        random_actions_window,
    )
]
# A seed draws the same ones in whichever order the modules were imported.
DOINGS.sort(key=lambda one: _ORDER.index(one.do.__module__))
