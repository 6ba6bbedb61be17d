"""The edits that change how a chromosome is drawn, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from napari_karyo.karyotype.edit import Edit
from napari_karyo.karyotype.history import History
from napari_karyo.karyotype.state import PLAIN, Appearance


class AppearanceEdits(History):
    """A history whose edits turn, rotate, straighten and contrast."""

    def turn(self, chromosomes: Iterable[int]) -> Edit | None:
        """Turn chromosomes top to bottom; turned twice they stand as before."""
        turned = self._all_here(chromosomes)
        text = f"{self._call(turned)} turned top to bottom"
        return self._edit("turn", turned, text, turned=self._state.turned ^ frozenset(turned))

    def rotate(self, chromosomes: Iterable[int], by: float) -> Edit | None:
        """Rotate chromosomes by an angle, in degrees clockwise, beyond what they are."""
        members = self._all_here(chromosomes)
        text = f"{self._call(members)} rotated by {by:+.0f} degrees"
        return self._redraw(members, text, lambda old: replace(old, angle=old.angle + float(by)))

    def straighten(self, chromosomes: Iterable[int], straight: bool = True) -> Edit | None:
        """Draw chromosomes pulled straight, or as they were photographed."""
        members = self._all_here(chromosomes)
        text = f"{self._call(members)} {'straightened' if straight else 'no longer straightened'}"
        return self._redraw(members, text, lambda old: replace(old, straightened=straight))

    def set_contrast(self, chromosomes: Iterable[int], low: float, high: float) -> Edit | None:
        """Draw a part of the range of stain from paper to full ink.

        Parameters
        ----------
        chromosomes : iterable of int
        low, high : float
            Of the cell's range: 0 and 1 draw it as it is.
        """
        members = self._all_here(chromosomes)
        text = f"contrast of {self._call(members)} set"
        ends = float(low), float(high)
        return self._redraw(members, text, lambda old: replace(old, low=ends[0], high=ends[1]))

    def draw_plainly(self, chromosomes: Iterable[int]) -> Edit | None:
        """Draw chromosomes as they were photographed, upright: one edit for all of it."""
        members = self._all_here(chromosomes)
        return self._redraw(
            members, f"{self._call(members)} drawn as photographed", lambda _: PLAIN
        )

    def _redraw(
        self, members: Sequence[int], text: str, change: Callable[[Appearance], Appearance]
    ) -> Edit | None:
        appearances = {one: change(self._state.appearance(one)) for one in members}
        whole = {**self._state.appearances, **appearances}
        return self._edit("look", tuple(members), text, appearances=whole)
