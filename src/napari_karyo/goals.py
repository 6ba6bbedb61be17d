"""How many cells are counted, analysed and karyotyped: what guidelines ask of each specimen.

Defined as in the American College of Medical Genetics' Standards and Guidelines for Clinical
Genetics Laboratories, section E, 3.1.1 (edition of 2006): a chromosome count is the number of
centric chromosomes of a metaphase, so that a marker counts and an acentric fragment does not;
in an analysed cell each chromosome was looked at from end to end; of a karyotyped one there is a
karyogram. The numbers below are what is usual where several guidelines give several:

- ACMG, section E: 20/5/2, amnion in situ 15 cells of as many colonies, of two cultures or more;
  sections E6.1-6.6 and E6.7-6.12 (Genet Med 26, 101054 and 101070, 2024) of neoplasia: 20 cells
  analysed, with a karyogram of each clone;
- Canadian College of Medical Geneticists: amnion in flasks 15/5/2, in situ 10 colonies, 25 to 50
  cells where mosaicism is suspected, one karyogram of each stemline and significant sideline;
- European Cytogeneticists Association, Cytogenetic Guidelines and Quality Assurance (Eur J Hum
  Genet 15, 525, 2007): two cultures or more, no more than two cells of a colony, and one of
  analysis and check at the microscope where the other is made on images.

A laboratory's own rule comes first: whatever goal is written down takes the place of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from napari_karyo.errors import EditError

_GOALS = re.compile(r"\s*(\d{1,4})\s*[/,; ]\s*(\d{1,4})\s*[/,; ]\s*(\d{1,4})\s*\Z")


@dataclass(frozen=True)
class Goals:
    """How many cells a laboratory wants counted, analysed and karyotyped.

    Raises
    ------
    EditError
        Where more shall be karyotyped than analysed, or analysed than counted, or none
        counted at all: who karyotypes a cell has analysed and counted it too.
    """

    counted: int = 20
    analysed: int = 5
    karyotyped: int = 2

    def __post_init__(self) -> None:
        if not 0 <= self.karyotyped <= self.analysed <= self.counted or self.counted < 1:
            raise EditError(
                f"Goals of {self.text} can't be met one after another.",
                "Write the cells to count, to analyse and to karyotype, the most first: 20/5/2.",
            )

    @property
    def text(self) -> str:
        """As laboratories write it: ``20/5/2``."""
        return f"{self.counted}/{self.analysed}/{self.karyotyped}"

    @classmethod
    def parse(cls, text: str) -> Goals:
        """Return the goals that a text such as ``20/5/2`` names.

        Raises
        ------
        EditError
            Where it names none.
        """
        match = _GOALS.match(text)
        if match is None:
            raise EditError(
                f"{text.strip()!r} is no goal.",
                "Write the cells to count, to analyse and to karyotype, such as 20/5/2.",
            )
        return cls(*map(int, match.groups()))


@dataclass(frozen=True)
class Guideline:
    """What is asked of a kind of specimen.

    Attributes
    ----------
    goals : Goals
    source : str
        Who asks for it.
    in_colonies : bool
        Whether each cell shall be of a colony of its own.
    each_clone : bool
        Whether a karyogram of each clone is wanted, as of a neoplasm.
    """

    goals: Goals = field(default_factory=Goals)
    source: str = "ACMG, section E"
    in_colonies: bool = False
    each_clone: bool = False


_NEOPLASM: Final = Guideline(Goals(20, 20, 2), "ACMG, sections E6.1-6.12", each_clone=True)

#: By specimen, as it is written down.
GUIDELINES: Final[Mapping[str, Guideline]] = {
    "blood": Guideline(),
    "amnion in situ": Guideline(Goals(15, 5, 2), in_colonies=True),
    "amnion in flasks": Guideline(Goals(15, 5, 2), "CCMG"),
    "chorion": Guideline(),
    "fibroblast": Guideline(),
    "marrow": _NEOPLASM,
    "neoplastic blood": _NEOPLASM,
    "tumour": _NEOPLASM,
}
#: Cells to count where mosaicism is suspected.
OF_MOSAICISM: Final = 50


def usual_goals(specimen: str = "", mosaicism: bool = False) -> Goals:
    """Return the goals that guidelines give; those of blood where no specimen is named.

    Parameters
    ----------
    specimen : str
        One of `GUIDELINES`.
    mosaicism : bool
        Whether it is suspected.
    """
    goals = GUIDELINES.get(specimen, Guideline()).goals
    if not mosaicism:
        return goals
    return Goals(max(OF_MOSAICISM, goals.counted), goals.analysed, goals.karyotyped)
