"""What one cell holds, as far as a karyotype can say it: a value to compare and to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from napari_karyo.iscn.short import checked, short_form

#: Fewer chromosomes than this are no cell that has a karyotype: a haploid set has 23.
FEWEST: Final = 20


@dataclass(frozen=True)
class ChromosomeContent:
    """The chromosomes of one cell. Equal contents are equal, and may be keys of a table.

    Parameters
    ----------
    counts : mapping of str to int
        Chromosomes of each class, the derivatives among them. Classes left out count
        zero; the tray is dropped.
    markers : int
        Marker chromosomes, which are of no class.
    derivatives : mapping of str to int
        Structurally abnormal chromosomes of each class; classes with none are dropped.

    Raises
    ------
    ValueError
        As `short_form`.
    """

    counts: Mapping[str, int]
    markers: int = 0
    derivatives: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers, abnormal = checked(self.counts, self.markers, self.derivatives)
        some = {name: number for name, number in abnormal.items() if number}
        object.__setattr__(self, "counts", MappingProxyType(numbers))
        object.__setattr__(self, "markers", int(self.markers))
        object.__setattr__(self, "derivatives", MappingProxyType(some))

    def __hash__(self) -> int:
        return hash((tuple(self.counts.values()), self.markers, tuple(self.derivatives.items())))

    def __reduce__(
        self,
    ) -> tuple[type[ChromosomeContent], tuple[dict[str, int], int, dict[str, int]]]:
        # A read-only view of a table can't be pickled or copied.
        return ChromosomeContent, (dict(self.counts), self.markers, dict(self.derivatives))

    @property
    def total(self) -> int:
        """The number of chromosomes, markers included."""
        return sum(self.counts.values()) + self.markers


def content_form(content: ChromosomeContent) -> str:
    """Return the ISCN short form of a content, where it has one.

    A handful of chromosomes has no karyotype: losses by the dozen would say nothing.

    Returns
    -------
    str
        As `short_form`; below `FEWEST` chromosomes such as
        ``7 (too few for a karyotype)``.
    """
    if 0 < content.total < FEWEST:
        return f"{content.total} (too few for a karyotype)"
    return short_form(content.counts, content.markers, content.derivatives)
