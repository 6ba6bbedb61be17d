"""The page's colours, which follow the stain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from napari_karyo.cell import Polarity
from napari_karyo.karyogram.page import Role

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    """Colours of the page, each red, green, blue from 0 to 255.

    Attributes
    ----------
    paper : Colour
        Black or white: the background that the chromosomes were photographed on.
    ink : Colour
        Lines, numbers and the title.
    faint : Colour
        What is there for those who look for it.
    accent : Colour
        Marks of corrections by hand. They have a shape of their own too, so that a
        grey print shows them.
    """

    paper: Colour
    ink: Colour
    faint: Colour
    accent: Colour

    @classmethod
    def of(cls, polarity: Polarity, inverted: bool = False) -> Style:
        """Return the style of a stain: the photograph's own polarity, or its inverse."""
        return LIGHT if (polarity is Polarity.DARK) is not inverted else DARK

    @property
    def white_paper(self) -> bool:
        """Whether chromosomes are drawn dark on white."""
        return sum(self.paper) > 3 * 127

    def colour(self, role: Role) -> Colour:
        """Return the colour of a primitive's role."""
        return {"ink": self.ink, "faint": self.faint, "accent": self.accent}[role]


#: Of the frames on the screen: seen on both papers.
FRAME_COLOURS: Final[dict[Literal["selected", "target"], Colour]] = {
    "selected": (47, 139, 255),
    "target": (0, 160, 160),
}
#: White paper, as G-banding is printed.
LIGHT = Style((255, 255, 255), (20, 20, 20), (145, 145, 145), (204, 76, 2))
#: Black paper, as Q-banding is photographed.
DARK = Style((0, 0, 0), (225, 225, 225), (125, 125, 125), (255, 166, 60))
