"""What is to be said of a classified cell before anybody looks at it."""

from __future__ import annotations

from napari_karyo.inference.result import Classification


def remarks_on(result: Classification, name: str = "") -> list[str]:
    """Return what is wrong with a cell and what should be known of it, a line each.

    Parameters
    ----------
    result : Classification
    name : str
        What to call the cell; its own name where left out.
    """
    own, called = result.cell.name, name or result.cell.name
    lines = []
    for problem in result.cell.problems:
        # What is said of the folder needs its name but once.
        said = f"{problem.what} {problem.remedy}" if problem.file == own else str(problem)
        lines.append(f"warning: {called}: {said}")
    for note in result.remarks:
        kind = "warning" if note == result.unknown else "note"
        lines.append(f"{kind}: {called}: {note}")
    return lines
