"""Numbers of things in words."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, what: str, several: str = "") -> str:
    """Return a number of things in words: ``1 cell``, ``2 cells``.

    Parameters
    ----------
    number : int
    what : str
        The word for one.
    several : str
        The word for more, or for none; the one with an *s* where left out.
    """
    return f"{number} {what if number == 1 else several or what + 's'}"


def listed(names: Sequence[str], most: int = 6, between: str = ", ") -> str:
    """Return names one after another, and how many more there are: ``a, b and 3 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return between.join(names[:most]) + more
