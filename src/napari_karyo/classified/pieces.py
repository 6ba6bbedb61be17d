"""What is made by hand of a cell's chromosomes: pieces of crops, and outlines mended.

Each method is one edit of the karyotype. Only what is new is classified; everything else
stays as it was corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import count as count_from
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Chromosome, Outline, Spread
from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.errors import EditError, PreprocessingError
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Edit, Karyotype

#: Points in pixels of the photograph: row and column.
Points = Sequence[tuple[float, float]]

#: What a name got by being painted at before.
_PAINTED: Final = re.compile(r"( \(\d+\))+$")


class CellPieces:
    """A classified cell whose chromosomes can be merged, split and outlined anew."""

    classification: Classification
    karyotype: Karyotype

    # -- pieces of crops ---------------------------------------------------------------

    def merge(self, chromosomes: Sequence[int], made: Chromosome) -> Edit | None:
        """Put one new chromosome in the place of the pieces that it was merged of.

        Parameters
        ----------
        chromosomes : sequence of int
            The pieces.
        made : Chromosome
            Their picture as one.
        """
        old = tuple(chromosomes)
        return self._with_pieces(
            old,
            [made],
            lambda slots, turned: self.karyotype.merge(old, made.name, slots[0], turned[0]),
        )

    def split(self, index: int, made: Sequence[Chromosome]) -> Edit | None:
        """Put several new chromosomes in the place of the one that held them all.

        Parameters
        ----------
        index : int
        made : sequence of Chromosome
            Their pictures.
        """
        names = [item.name for item in made]
        return self._with_pieces(
            (index,),
            made,
            lambda slots, turned: self.karyotype.split(index, names, slots, turned),
        )

    # -- outlines in the photograph ----------------------------------------------------

    @property
    def outlines(self) -> Mapping[int, Outline]:
        """Where the chromosomes that are there lie in the photograph, by number."""
        chromosomes = self.classification.cell.chromosomes
        return {
            one: outline
            for one in self.karyotype.present
            if (outline := chromosomes[one].outline) is not None
        }

    def cut(self, index: int, line: Points) -> Edit | None:
        """Cut a chromosome along a line, drawn in the photograph: a split.

        Parameters
        ----------
        index : int
        line : sequence of (row, column)
            See `napari_karyo.segmentation.mending.cut_outline`.

        Raises
        ------
        KaryoError
            Where the line cuts nothing off, the chromosome has no outline, or what is new
            can't be kept; nothing is changed then. So it is of all that follow here.
        """
        from napari_karyo.segmentation.mending import cut_outline

        made = cut_outline(self._outline(index), line)
        names = new_names(self._names, self._name(index), len(made))
        return self._outline_anew(
            (index,),
            names,
            made,
            lambda slots, turned: self.karyotype.split(index, names, slots, turned),
        )

    def join(self, chromosomes: Sequence[int]) -> Edit | None:
        """Join pieces of one chromosome as they lie in the photograph: a merge.

        Parameters
        ----------
        chromosomes : sequence of int
            Two or more.
        """
        from napari_karyo.segmentation.mending import join_outlines

        old = tuple(dict.fromkeys(chromosomes))
        made = join_outlines([self._outline(one) for one in old])
        name = " + ".join(self._name(one) for one in old)
        if name in self._names:
            (name,) = new_names(self._names, name, 1)
        return self._outline_anew(
            old,
            [name],
            [made],
            lambda slots, turned: self.karyotype.merge(old, name, slots[0], turned[0]),
        )

    def part(self, index: int, lines: Sequence[Points] = ()) -> Edit | None:
        """Part chromosomes that cross one another, each whole.

        Parameters
        ----------
        index : int
        lines : sequence of sequence of (row, column)
            Of each its middle line; as the shape proposes it where none is given.
        """
        from napari_karyo.segmentation.mending import part_crossing, part_crossing_alone

        outline = self._outline(index)
        made = part_crossing(outline, lines) if lines else part_crossing_alone(outline)
        names = new_names(self._names, self._name(index), len(made))
        return self._outline_anew(
            (index,),
            names,
            made,
            lambda slots, turned: self.karyotype.part(index, names, slots, turned),
        )

    def draw(self, points: Points) -> Edit | None:
        """Draw around a chromosome that nobody had found.

        Parameters
        ----------
        points : sequence of (row, column)
            A closed line.
        """
        from napari_karyo.segmentation.mending import draw_outline

        height, width = self._photograph.image.shape[:2]
        made = draw_outline(points, (height, width))
        name = numbered_name(self._names)
        return self._outline_anew(
            (),
            [name],
            [made],
            lambda slots, turned: self.karyotype.draw(name, slots[0], turned[0]),
        )

    def repaint(
        self, index: int, points: Points, radius: float, erase: bool = False
    ) -> Edit | None:
        """Paint at the outline of a chromosome, or erase from it.

        Where a person said that it belongs, or that it is a marker or a derivative, it stays;
        else it goes where the network now sees it.

        Parameters
        ----------
        index : int
        points : sequence of (row, column)
            Where the brush went.
        radius : float
            Of the brush, in pixels of the photograph.
        erase : bool
        """
        from napari_karyo.segmentation.mending import paint_outline

        height, width = self._photograph.image.shape[:2]
        made = paint_outline(self._outline(index), points, radius, erase, shape=(height, width))
        return self._outlined_as(index, made)

    def reshape(self, index: int, polygons: Sequence[Points | NDArray[np.float64]]) -> Edit | None:
        """Outline a chromosome as a person changed the polygons of its outline.

        What is kept of it is what `repaint` keeps.

        Parameters
        ----------
        index : int
        polygons : sequence of sequence of (row, column)
            See `napari_karyo.segmentation.mending.polygons_of` and `reshape_outline`.
        """
        from napari_karyo.segmentation.mending import reshape_outline

        height, width = self._photograph.image.shape[:2]
        made = reshape_outline(self._outline(index), polygons, shape=(height, width))
        return self._outlined_as(index, made)

    def remove(self, index: int, kind: str) -> Edit | None:
        """Take from the page what is no chromosome of this cell.

        Parameters
        ----------
        index : int
        kind : {"nucleus", "dirt", "twice"}
            What it is: see `Karyotype.remove`.
        """
        return self.karyotype.remove((index,), kind)

    # -- how it is done ------------------------------------------------------------------

    @property
    def _photograph(self) -> Spread:
        photograph = self.classification.cell.photograph
        if photograph is None:
            raise EditError(
                "This cell has no photograph of its spread.",
                "Split and merge its crops, or begin with the photograph.",
            )
        return photograph

    def _outline(self, index: int) -> Outline:
        # Says what is wrong with the number, or that it is no longer there.
        self.karyotype.slot_of(index)
        where = self._photograph.name
        outline = self.classification.cell.chromosomes[index].outline
        if outline is None:
            raise EditError(
                f"{self._name(index)} has no outline in the photograph {where}.",
                "Draw around it there, and remove this one as drawn twice.",
            )
        return outline

    def _outlined_as(self, index: int, made: Outline) -> Edit | None:
        """Give a chromosome another outline, what a person said of it kept."""
        karyotype = self.karyotype
        slot = karyotype.slot_of(index)
        stays = (
            slot == MARKERS or karyotype.is_settled(index) or index in karyotype.state.derivatives
        )
        # Who turned it meant the other arm.
        by_hand = (index in karyotype.state.turned) != (self._p_arm_up(index) < 0.5)
        (name,) = new_names(self._names, _PAINTED.sub("", self._name(index)), 1)
        return self._outline_anew(
            (index,),
            [name],
            [made],
            lambda slots, turned: karyotype.repaint(
                index, name, slot if stays else slots[0], turned[0] != by_hand
            ),
        )

    def _name(self, index: int) -> str:
        return self.classification.cell.chromosomes[index].name

    @property
    def _names(self) -> set[str]:
        return {item.name for item in self.classification.cell}

    def _p_arm_up(self, index: int) -> float:
        return float(self.classification.p_arm_up[index])

    def _outline_anew(
        self,
        old: tuple[int, ...],
        names: Sequence[str],
        outlines: Sequence[Outline],
        edit: Callable[[list[str], list[bool]], Edit | None],
    ) -> Edit | None:
        """Cut the crops of new outlines out of the photograph, then make the edit.

        Raises
        ------
        EditError
            Where no chromosome is seen within one of them; nothing is changed then.
        """
        from napari_karyo.segmentation.crops import cut_crop, flat_spread, margin_in
        from napari_karyo.segmentation.mending import share_overlaps

        photograph = self._photograph
        density, margin = flat_spread(photograph), margin_in(self.classification.cell)
        others = [outline for one, outline in self.outlines.items() if one not in old]
        marked = share_overlaps(outlines, others)
        there = [*others, *marked]
        made = [
            Chromosome(
                name,
                cut_crop(density, there, outline, photograph.polarity, margin),
                outline=outline,
            )
            for name, outline in zip(names, marked, strict=True)
        ]
        try:
            return self._with_pieces(old, made, edit)
        except PreprocessingError as error:
            # Who drew on the photograph knows of no crop.
            raise EditError(
                "No chromosome stands out within the new outline.", "Outline a whole chromosome."
            ) from error

    def _with_pieces(
        self,
        old: tuple[int, ...],
        made: Iterable[Chromosome],
        edit: Callable[[list[str], list[bool]], Edit | None],
    ) -> Edit | None:
        """Classify new pictures, keep them, then make the edit that uses them.

        In this order: a program that is killed in between leaves pictures that no edit
        speaks of, which harm nobody.
        """
        from napari_karyo.inference.extend import classify_more

        before, state = self.classification, self.karyotype.state
        first = len(before)
        after = classify_more(before, tuple(made))
        if self.karyotype.journal is not None:
            self.karyotype.journal.keep_pieces(after, first, old)
        # Without the model at hand all classes are alike: then where the old one sat.
        known = self.karyotype.slot_of(old[0]) if old else TRAY
        slots = [
            CLASSES[int(row.argmax())] if np.ptp(row) > 0 else known
            for row in after.probabilities[first:]
        ]
        # Those who hear of the edit look for the new pictures.
        self.classification = after
        try:
            return edit(slots, [bool(up < 0.5) for up in after.p_arm_up[first:]])
        except Exception:
            if self.karyotype.state is state:
                # A view that failed after the edit was kept changes nothing.
                self.classification = before
            raise


def new_names(taken: Collection[str], stem: str, count: int) -> list[str]:
    """Return names that no chromosome of a cell has or had: ``07.png (1)`` and so on.

    Parameters
    ----------
    taken : collection of str
        The names of the cell's chromosomes, those of before too.
    stem : str
        The name of what they are made of.
    count : int
    """
    free = (name for number in count_from(1) if (name := f"{stem} ({number})") not in taken)
    return list(islice(free, count))


def numbered_name(taken: Collection[str]) -> str:
    """Return the name of one more crop of a photograph: ``47.png`` behind ``46.png``."""
    names = (f"{number:02d}.png" for number in count_from(len(taken) + 1))
    return next(name for name in names if name not in taken)
