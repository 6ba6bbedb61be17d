"""What is said of a cell's files: one sentence for each kind of thing that was recognized."""

from __future__ import annotations

from collections.abc import Sequence

from napari_karyo.cell import Problem
from napari_karyo.io.picture import Grey, Picture


def remark(pictures: Sequence[Picture] | Sequence[Grey], what: str, remedy: str) -> Problem:
    """Return what was recognized in some pictures, one sentence for all of them.

    Parameters
    ----------
    pictures : sequence of Picture or of Grey
        At least one; the sentence names their file, or the folder of several.
    what, remedy : str
        As in `Problem`.
    """
    paths = {picture.path for picture in pictures}
    first = pictures[0].path
    name = first.name if len(paths) == 1 else first.parent.name
    return Problem(name, what, remedy, left_out=False)
