"""ISCN karyotypes: written, read, compared with a karyogram and drawn from several cells."""

from napari_karyo.iscn.check import differences, disagreements, is_readable, warning
from napari_karyo.iscn.content import FEWEST, ChromosomeContent, content_form
from napari_karyo.iscn.mosaic import CloneOfCells, Finding, Seen, class_counts, clones
from napari_karyo.iscn.plausible import implausible
from napari_karyo.iscn.reading import Clone, IscnError, Karyotypes, parse
from napari_karyo.iscn.short import HAPLOID, ploidy, short_form

__all__ = [
    "FEWEST",
    "HAPLOID",
    "ChromosomeContent",
    "Clone",
    "CloneOfCells",
    "Finding",
    "IscnError",
    "Karyotypes",
    "Seen",
    "class_counts",
    "clones",
    "content_form",
    "differences",
    "disagreements",
    "implausible",
    "is_readable",
    "parse",
    "ploidy",
    "short_form",
    "warning",
]
