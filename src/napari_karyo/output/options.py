"""What a person chooses of a file that is written."""

from __future__ import annotations

from dataclasses import dataclass

from napari_karyo.karyogram.style import Style
from napari_karyo.lettering import clean
from napari_karyo.output.paper import A4, Paper


@dataclass(frozen=True)
class ExportOptions:
    """How cells are written; whatever a format has no use for is left aside.

    Attributes
    ----------
    title : str
        Above the karyogram.
    patient : str
        The patient's name, printed behind the title; empty leaves it out.
    laboratory : str
        Named in a report; empty leaves it out.
    dpi : float
        Of a picture: dots an inch, 72 to 1200.
    style : Style, optional
        Colours; those of each cell's stain where None.
    paper : Paper, optional
        `paper.A4` or `paper.LETTER`: what is drawn keeps its margins. Where None, a vector
        page or a report is A4, and a picture is A4 to its very edges, as on the screen.
    report : bool
        Whether the report about the cells is written, and not their karyograms.
    spread : bool
        Whether the photograph of the spread stands above the karyogram, its chromosomes
        numbered, where a cell has one: its page is upright then.
    """

    title: str = "Karyogram"
    patient: str = ""
    laboratory: str = ""
    dpi: float = 300.0
    style: Style | None = None
    paper: Paper | None = None
    report: bool = False
    spread: bool = False

    @property
    def sheet(self) -> Paper:
        """The paper of a vector page or a report."""
        return self.paper or A4

    @property
    def full_title(self) -> str:
        """Title and patient."""
        return f"{self.title}: {self.patient}" if self.patient else self.title

    @property
    def printed_title(self) -> str:
        """The same, as a page shows it."""
        # Each on its own: a name that runs from right to left must not turn the rest round.
        return clean(self.title) + (f": {clean(self.patient)}" if self.patient else "")
