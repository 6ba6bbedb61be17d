"""Which karyotypes nobody can have, so that none of them is ever proposed.

A network that reads a cell wrongly still counts: the wrong stain chosen, or a banding that it
does not know, ends in ``46,Y,-5,-7,-7,-18,+19,+19,+19,+19,+19``. The bounds below lie beyond
what people are born with and what is published of their tumours:

- more chromosomes than a near-tetraploid cell has by ISCN, 103. Cells of more are seen, after
  endoreduplication above all, and are for a person to write;
- none of an autosome, or no X, in a cell that is not short of chromosomes: a clone without any
  does not live. In preparation both may be lost, such as two that lie across one another, so
  that a cell is misread only where others make up for the loss. Markers may hold what is
  missing;
- more than four of an autosome in a near-diploid cell, and more than twice its ploidy in
  another one. High hyperdiploid leukaemia has four of 21, and where it comes from doubling
  four of several. Of 8 and 21 five and six are published in myeloid leukaemia;
- more than five sex chromosomes in a near-diploid cell, which 49,XXXXX and 49,XXXXY have;
- more than six gained and more than six lost at once in a near-diploid cell. High hyperdiploid
  leukaemia gains a dozen and loses few, hypodiploid and near-haploid leukaemia lose a score and
  gain few, and complex karyotypes of leukaemia and carcinoma have some of both.
"""

from __future__ import annotations

from typing import Final

from napari_karyo.classes import AUTOSOMES
from napari_karyo.counted import count
from napari_karyo.iscn.content import FEWEST, ChromosomeContent
from napari_karyo.iscn.short import HAPLOID, ploidy

#: Where near-tetraploidy ends.
MOST: Final = 103
#: Copies of an autosome in a near-diploid cell, and of those of which more are published.
COPIES: Final = 4
COPIES_OF: Final = {"8": 6, "21": 6}
#: Sex chromosomes of a near-diploid cell.
SEX: Final = 5
#: Gains, and losses at the same time, of a near-diploid cell.
BOTH: Final = 6


def implausible(content: ChromosomeContent) -> str:
    """Return why nobody can have the karyotype of a content.

    Parameters
    ----------
    content : ChromosomeContent
        What a program placed; what a person says is there, is there.

    Returns
    -------
    str
        A few words, such as ``7 copies of chromosome 19``; empty where it may be true, or where
        there are too few chromosomes to say.
    """
    total, counts = content.total, content.counts
    if total < FEWEST:
        return ""
    if total > MOST:
        return f"{count(total, 'chromosome')}, more than a near-tetraploid cell has"
    sets = ploidy(counts)
    for name in AUTOSOMES:
        most = max(COPIES_OF.get(name, COPIES), 2 * sets)
        if counts[name] > most:
            return f"{counts[name]} copies of chromosome {name}"
    if not content.markers:
        # Others make up for at least one of those that are missing.
        missing = [name for name in AUTOSOMES if not counts[name] and total > (HAPLOID - 1) * sets]
        missing += ["X"] if not counts["X"] and counts["Y"] and total >= HAPLOID * sets else []
        if missing:
            return f"no chromosome {' and no '.join(missing)} among {total}"
    if sets != 2:
        return ""
    sex = counts["X"] + counts["Y"]
    if sex > SEX:
        return f"{sex} sex chromosomes"
    changes = [counts[name] - 2 for name in AUTOSOMES] + [sex - 2]
    gained = sum(number for number in changes if number > 0)
    lost = -sum(number for number in changes if number < 0)
    if min(gained, lost) > BOTH:
        return f"{count(gained, 'gain')} and {count(lost, 'loss', 'losses')} at once"
    return ""
