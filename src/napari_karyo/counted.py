"""Numbers of things in words."""

from __future__ import annotations


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
