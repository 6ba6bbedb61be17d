"""The karyotype as an ISCN short form (ISCN 2020, chapters 8 and 9), numerical changes only.

Always a proposal: it says what lies in the slots, not what the patient has.
"""

from __future__ import annotations

from collections.abc import Mapping

from napari_karyo.classes import AUTOSOMES, SEX_CHROMOSOMES


def ploidy(counts: Mapping[str, int]) -> int:
    """Return the level that most autosomes stand at: 1, 2, 3, 4 and so on.

    Cells of about two of everything are taken as diploid unless most autosomes
    clearly say otherwise, as in a triploid.
    """
    copies = sorted(counts.get(name, 0) for name in AUTOSOMES)
    middle = copies[len(copies) // 2]
    at_middle = sum(number == middle for number in copies)
    return middle if middle > 0 and 2 * at_middle > len(copies) else 2


def short_form(counts: Mapping[str, int], markers: int = 0) -> str:
    """Write a karyotype as a short ISCN string.

    Parameters
    ----------
    counts : mapping of str to int
        Copies of each class; classes left out have none.
    markers : int
        Marker chromosomes, which count and are written ``+mar``.

    Returns
    -------
    str
        For example ``46,XX``, ``47,XY,+21``, ``45,X``, ``45,XX,-7`` or
        ``70<3n>,XXX,+21``. Where no sex chromosome lies in its slot the field holds
        ``?``, ISCN's sign of what is not known.
    """
    total = sum(counts.get(name, 0) for name in (*AUTOSOMES, *SEX_CHROMOSOMES)) + markers
    if total == 0:
        return "0,?"
    level = ploidy(counts)
    sex = "".join(name * counts.get(name, 0) for name in SEX_CHROMOSOMES) or "?"
    changes: list[str] = []
    for name in AUTOSOMES:
        difference = counts.get(name, 0) - level
        changes += [f"{'+' if difference > 0 else '-'}{name}"] * abs(difference)
    if markers:
        changes.append("+mar" if markers == 1 else f"+{markers}mar")
    # Changes are counted against 2n; any other level must be said, unless all is even
    # and the count says it by itself, as in 69,XXX.
    said = f"<{level}n>" if level != 2 and changes else ""
    return ",".join([f"{total}{said}", sex, *changes])
