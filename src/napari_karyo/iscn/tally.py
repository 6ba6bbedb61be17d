"""Counting what the words of one clone add up to."""

from __future__ import annotations

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.iscn.content import ChromosomeContent
from napari_karyo.iscn.words import UnreadableError, Word


class CloneTally:
    """The chromosomes of one clone while its words are read.

    Parameters
    ----------
    base : ChromosomeContent, optional
        What ``idem`` stands for; nothing is counted yet where left out.
    times : int
        How many of it, as in ``idemx2``.
    """

    def __init__(self, base: ChromosomeContent | None = None, times: int = 1) -> None:
        self.counts = dict.fromkeys(CLASSES, 0)
        self.derivatives = dict.fromkeys(CLASSES, 0)
        self.markers = 0
        #: Whether the list of sex chromosomes is of a cell before its changes.
        self.relative_sex = self.later = base is not None
        if base is not None:
            self.counts = {name: times * n for name, n in base.counts.items()}
            self.derivatives |= {name: times * n for name, n in base.derivatives.items()}
            self.markers = times * base.markers

    def apply(self, word: Word) -> None:
        """Count what one word changes.

        Raises
        ------
        UnreadableError
            Where it loses a derivative that no clone before it has.
        """
        if word.kind == "marker":
            self.markers += word.copies if word.sign == "+" else -word.copies
        elif word.kind == "whole":
            name = word.classes[0]
            if word.sign == "+":
                self.counts[name] += word.copies
            elif name in AUTOSOMES or self.relative_sex:
                self.counts[name] -= word.copies
        elif word.kind == "structural" and word.classes:
            self._structural(word)

    def _structural(self, word: Word) -> None:
        home = word.classes[0]
        if word.sign == "-" and not self.later:
            raise UnreadableError(
                f"{word.text!r} loses what no clone before it had",
                f"Write -{home} where a normal chromosome is lost.",
            )
        step = -word.copies if word.sign == "-" else word.copies
        if word.sign:
            self.counts[home] += step
        else:
            for place, name in enumerate(word.classes):
                # A changed sex chromosome is not in the list of normal ones.
                taken = name in AUTOSOMES or self.relative_sex
                stays = place == 0 or not word.joins
                self.counts[name] += word.copies * (stays - taken)
        if word.structure == "der" or word.joins:
            self.derivatives[home] += step

    def content(self) -> ChromosomeContent:
        """Return what there is.

        Raises
        ------
        UnreadableError
            Where more is lost than there was.
        """
        for name, number in self.counts.items():
            if number < 0:
                raise UnreadableError(
                    f"chromosome {name} is lost more often than there are",
                    f"Write -{name} once for each that is lost.",
                )
            if not 0 <= self.derivatives[name] <= number:
                raise UnreadableError(
                    f"der({name}) takes the place of a chromosome {name}, but too few are left",
                    f"Write +der({name}) where it is extra.",
                )
        if self.markers < 0:
            raise UnreadableError("markers are lost more often than there are")
        return ChromosomeContent(self.counts, self.markers, self.derivatives)
