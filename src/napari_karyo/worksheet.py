"""What a laboratory writes down of a case and of a cell, beside the karyotype: its worksheet.

All of it is said by a person and may be left out; nothing here is measured. Of a case it is
kept among the facts of its file, of a cell with the edits of its karyotype. Guidelines ask for
most of it: the banding and its level on each report (ISCN 2024; ECA, 2007), where a cell lies
on its slide, so that it can be found again (ACMG, section E), and which of analysis and check
was made at the microscope (ECA). Bands are those of a haploid set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final, Self

from napari_karyo.errors import EditError
from napari_karyo.goals import GUIDELINES, Goals, Guideline, usual_goals

_BANDS = re.compile(r"\d{3,4}(-\d{3,4})?\Z")

_AT_MICROSCOPE: Final = {
    "analysis": "analysed at the microscope",
    "check": "checked at the microscope",
    "analysis and check": "analysed and checked at the microscope",
    "neither": "analysed and checked on images alone",
}


def _is_goal(text: str) -> bool:
    try:
        Goals.parse(text)
    except EditError:
        return False
    return True


@dataclass(frozen=True)
class WorksheetField:
    """One thing that can be written down.

    Attributes
    ----------
    label : str
        What it is called.
    what : str
        What is to be written, in a sentence.
    choices : tuple of str
        What is usual.
    only : bool
        Whether nothing else may stand there.
    longest : int
        Letters.
    rule : callable, optional
        Tells whether a text that is not empty may stand there.
    remembered : bool
        Whether it is usually the same in the next case of the laboratory.
    """

    label: str
    what: str
    choices: tuple[str, ...] = ()
    only: bool = False
    longest: int = 60
    rule: Callable[[str], bool] | None = None
    remembered: bool = False

    def allows(self, value: object) -> bool:
        """Tell whether a value may stand there."""
        if not isinstance(value, str) or len(value) > self.longest:
            return False
        # One line; some scripts need joiners.
        if not all(one.isprintable() or one in "\u200c\u200d" for one in value):
            return False
        if not value or value in self.choices:
            return True
        return not self.only and (self.rule is None or self.rule(value))


@dataclass(frozen=True)
class _Worksheet:
    """Texts by name, each allowed by its field or empty."""

    FIELDS: ClassVar[Mapping[str, WorksheetField]] = {}

    def __post_init__(self) -> None:
        for name, field in self.FIELDS.items():
            if not field.allows(getattr(self, name)):
                raise EditError(
                    f"{field.label} can't be {str(getattr(self, name))[:60]!r}.",
                    f"One of: {', '.join(field.choices)}." if field.only else f"{field.what}.",
                )

    def __bool__(self) -> bool:
        """Whether anything is written."""
        return any(asdict(self).values())

    def to_dict(self) -> dict[str, str]:
        """Return what is written, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_dict(cls, content: Any) -> Self:
        """Return the worksheet that `to_dict` wrote.

        Raises
        ------
        EditError
            Where the content makes no sense.
        """
        if not isinstance(content, dict) or not content.keys() <= cls.FIELDS.keys():
            raise EditError(f"This is no {cls.__name__}: it has other fields.")
        return cls(**content)

    def changed(self, other: Self) -> str:
        """Return what another one says otherwise, in words."""
        return ", ".join(
            f"{field.label.lower()} {getattr(other, name) or 'removed'}"
            for name, field in self.FIELDS.items()
            if getattr(self, name) != getattr(other, name)
        )


@dataclass(frozen=True)
class CaseWorksheet(_Worksheet):
    """What is written down of a case. Each is a text, empty where nothing is.

    Attributes
    ----------
    specimen : str
        One of `goals.GUIDELINES`, which say how many cells are wanted.
    mosaicism : str
        ``suspected``: more cells are to be counted then.
    banding : str
        As ISCN codes it, such as ``GTG``, or any other word.
    bands : str
        The level, such as ``550`` or ``400-550``.
    bands_by : str
        Whether somebody ``counted`` it or ``estimated`` it.
    microscope : str
        What was done at the microscope, and not on images: ``analysis``, ``check``,
        ``analysis and check`` or ``neither``.
    reason : str
        Of referral.
    goals : str
        The laboratory's own, such as ``20/5/2``, in the place of those of the guideline.
    mosaic : str
        Whether several clones are a constitutional mosaic, ``yes`` or ``no``; where nobody said,
        they are one unless the specimen is of a neoplasm.

    Raises
    ------
    EditError
        Where a text may not stand there.
    """

    specimen: str = ""
    mosaicism: str = ""
    banding: str = ""
    bands: str = ""
    bands_by: str = ""
    microscope: str = ""
    reason: str = ""
    goals: str = ""
    mosaic: str = ""

    FIELDS: ClassVar[Mapping[str, WorksheetField]] = {
        "specimen": WorksheetField(
            "Specimen", "What was cultured", tuple(GUIDELINES), only=True, remembered=True
        ),
        "mosaicism": WorksheetField(
            "Mosaicism", "Where it is suspected 50 cells are counted", ("suspected",), only=True
        ),
        "banding": WorksheetField(
            "Banding",
            "The method, as ISCN codes it",
            ("GTG", "GTL", "QFQ", "QFH", "RHG", "RBG", "RFA", "CBG", "DAPI"),
            longest=40,
            remembered=True,
        ),
        "bands": WorksheetField(
            "Band level",
            "Bands of a haploid set, such as 550 or 400-550",
            ("300", "400", "550", "700", "850"),
            rule=lambda text: _BANDS.match(text) is not None,
            remembered=True,
        ),
        "bands_by": WorksheetField(
            "Level by",
            "Whether the bands were counted or estimated",
            ("counted", "estimated"),
            only=True,
            remembered=True,
        ),
        "microscope": WorksheetField(
            "At the microscope",
            "Which of analysis and check was made there; the other was made on images",
            tuple(_AT_MICROSCOPE),
            only=True,
            remembered=True,
        ),
        "reason": WorksheetField(
            "Reason", "The reason of referral; in the report alone, never on a page", longest=300
        ),
        "goals": WorksheetField(
            "Goals", "Cells to count, to analyse and to karyotype, such as 20/5/2", rule=_is_goal
        ),
        "mosaic": WorksheetField(
            "Mosaic", "Whether clones are a constitutional mosaic", ("yes", "no"), only=True
        ),
    }

    @property
    def guideline(self) -> Guideline:
        """What is asked of the specimen; of blood where none is written."""
        return GUIDELINES.get(self.specimen, Guideline())

    @property
    def usual_goals(self) -> Goals:
        """The goals that guidelines give."""
        return usual_goals(self.specimen, bool(self.mosaicism))

    @property
    def wanted(self) -> Goals:
        """The goals of the case: the laboratory's own, or else the guideline's."""
        return Goals.parse(self.goals) if self.goals else self.usual_goals

    @property
    def is_mosaic(self) -> bool:
        """Whether several clones are written as a constitutional mosaic."""
        return self.mosaic == "yes" if self.mosaic else not self.guideline.each_clone

    @property
    def words(self) -> tuple[str, ...]:
        """What a page says of it: only what is written, and nothing of the patient."""
        level = f"{self.bands} bands" if self.bands else ""
        if level and self.bands_by:
            level += f" ({self.bands_by})"
        said = (self.specimen, ", ".join(filter(None, (self.banding, level))), self.at_microscope)
        return tuple(filter(None, said))

    @property
    def at_microscope(self) -> str:
        """What was done at the microscope, in words; empty where nobody said."""
        return _AT_MICROSCOPE.get(self.microscope, "")


@dataclass(frozen=True)
class CellWorksheet(_Worksheet):
    """What is written down of a cell, so that it can be found again.

    Attributes
    ----------
    culture, colony, slide : str
        What they are called.
    stage : str
        Coordinates, as the laboratory writes them: ``102.5/14.3``, ``K43/2``.

    Raises
    ------
    EditError
        Where a text may not stand there.
    """

    culture: str = ""
    colony: str = ""
    slide: str = ""
    stage: str = ""

    FIELDS: ClassVar[Mapping[str, WorksheetField]] = {
        "culture": WorksheetField("Culture", "Which culture the cell is of", longest=40),
        "colony": WorksheetField("Colony", "Which colony of it", longest=40),
        "slide": WorksheetField("Slide", "Which slide it lies on", longest=40),
        "stage": WorksheetField("Stage", "Where, such as 102.5/14.3 or K43/2", longest=40),
    }

    @property
    def words(self) -> tuple[str, ...]:
        """What a page says of it."""
        written = self.to_dict()
        return tuple(f"{name} {written[name]}" for name in self.FIELDS if name in written)


#: What is usually the same in the next case of a laboratory: nothing of the patient.
REMEMBERED: Final = tuple(n for n, one in CaseWorksheet.FIELDS.items() if one.remembered)
