"""What is told by napari's notifications after reading and classifying."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from napari.utils.notifications import show_warning

from napari_karyo.cell import Problem
from napari_karyo.counted import count, listed

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification


def tell_unknown(results: Iterable[Classification], most: int = 5) -> None:
    """Warn about cells and crops unlike all that the model knows, by napari's notification.

    Once for a run, however many cells it was of: those of which the same is said together.
    """
    said: dict[str, list[str]] = {}
    for result in results:
        for words in filter(None, (result.unknown, result.foreign_words)):
            said.setdefault(words, []).append(result.cell.name)
    if not said:
        return
    lines = []
    for words, names in said.items():
        lines.append(f"{listed(names, most)}: {words}")
    if len(lines) > most:
        lines[most:] = [f"... and {len(lines) - most} more; the review dock says of each cell."]
    show_warning("\n".join(lines))


def tell_problems(name: str, problems: Iterable[Problem], most: int = 5) -> None:
    """Warn about the files and folders that were left out, by napari's notification."""
    found = list(problems)
    if not found:
        return
    lost = sum(problem.left_out for problem in found)
    lines = [
        f"{name}: {count(lost, 'file')} left out, the rest was read."
        if lost
        else f"{name}: everything was read."
    ]
    lines += [str(problem) for problem in found[:most]]
    if len(found) > most:
        lines.append(f"... and {len(found) - most} more.")
    show_warning("\n".join(lines))
