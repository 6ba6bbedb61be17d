"""What an ISCN text and a karyogram disagree on, in words for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from napari_karyo.classes import CLASSES, SEX_CHROMOSOMES
from napari_karyo.iscn.content import ChromosomeContent
from napari_karyo.iscn.reading import Clone, IscnError, parse


def differences(text: str, content: ChromosomeContent) -> tuple[str, ...]:
    """Return what an ISCN text and the content of a karyogram disagree on.

    A text of several clones agrees where one of them does; where none does, the first
    line names the clone that comes nearest, and the others are about that one.

    What a text leaves open is no difference: the sex chromosomes of ``46,X,?``, which of
    the two classes a joined chromosome such as ``der(13;14)`` was placed with, and
    whether a person marked the chromosomes of ``t(9;22)(q34;q11.2)`` or ``del(5)(q13)``
    as abnormal. A change that is written as uncertain counts as written.

    Parameters
    ----------
    text : str
        See `parse`.
    content : ChromosomeContent
        What the karyogram holds.

    Returns
    -------
    tuple of str
        Such as ``("the text has 2 of 21, the karyogram 3",)``; empty where they agree.

    Raises
    ------
    IscnError
        Where the text can't be read.
    """
    clones = parse(text).clones
    found = [min((_against(one, content) for one in _readings(c)), key=len) for c in clones]
    # The first of equals, which is the larger or simpler clone of a text.
    nearest = min(range(len(clones)), key=lambda place: len(found[place]))
    lines = found[nearest]
    if lines and len(clones) > 1:
        lines.insert(0, f"no clone of the text agrees, {clones[nearest].text} comes nearest")
    return tuple(lines)


@lru_cache(maxsize=256)
def disagreements(text: str, content: ChromosomeContent) -> tuple[str, ...]:
    """Return what speaks against a written karyotype, in words for a person.

    Parameters
    ----------
    text : str
        As a person wrote it.
    content : ChromosomeContent
        What the karyogram holds.

    Returns
    -------
    tuple of str
        As `differences`; why the text can't be read, where it can't be.
    """
    try:
        return differences(text, content)
    except IscnError as error:
        return (str(error),)


def warning(text: str, content: ChromosomeContent) -> str:
    """Return what speaks against a written karyotype, in one sentence; nothing where it fits."""
    lines = disagreements(text, content)
    if not lines:
        return ""
    if not is_readable(text):
        return f"nothing was compared: {lines[0]}"
    return f"text and karyogram disagree: {'; '.join(lines)}."


@lru_cache(maxsize=256)
def is_readable(text: str) -> bool:
    """Tell whether a text can be read as ISCN, and so be compared."""
    try:
        parse(text)
    except IscnError:
        return False
    return True


def _readings(clone: Clone) -> Iterator[Clone]:
    """Yield the clone with its joined chromosomes counted with each of their classes."""
    joined = [word.classes for word in clone.structural if word.joins for _ in range(word.copies)]
    for homes in product(*(dict.fromkeys(classes) for classes in joined)):
        counts, derivatives = Counter(clone.content.counts), Counter(clone.content.derivatives)
        for classes, home in zip(joined, homes, strict=True):
            for table in (counts, derivatives):
                table[classes[0]] -= 1
                table[home] += 1
        if min(*counts.values(), *derivatives.values(), 0) < 0:
            continue  # idem took it away again
        yield Clone(
            ChromosomeContent(counts, clone.content.markers, derivatives),
            clone.cells,
            clone.text,
            structural=clone.structural,
            unknown_sex=clone.unknown_sex,
        )


def _against(clone: Clone, content: ChromosomeContent) -> list[str]:
    said = clone.content
    lines = [
        _line(f"of {name}", said.counts[name], content.counts[name])
        for name in CLASSES
        if said.counts[name] != content.counts[name]
        and not (clone.unknown_sex and name in SEX_CHROMOSOMES)
    ]
    if clone.unknown_sex:
        lines += _unknown_sex(clone, content)
    if said.markers != content.markers:
        lines.append(_line("marker", said.markers, content.markers, plural="markers"))
    # Of these the text names the change, and a person may or may not have marked them.
    open_ones: Counter[str] = Counter()
    for word in clone.structural:
        if word.structure != "der" and not word.joins:
            for name in word.classes:
                open_ones[name] += word.copies
    for name in CLASSES:
        least = said.derivatives.get(name, 0)
        marked = content.derivatives.get(name, 0)
        if not least <= marked <= least + open_ones[name]:
            nearer = least if marked < least else least + open_ones[name]
            lines.append(_line(f"derivative of {name}", nearer, marked, f"derivatives of {name}"))
    return lines


def _unknown_sex(clone: Clone, content: ChromosomeContent) -> list[str]:
    said = clone.content.counts
    total = sum(said[name] for name in SEX_CHROMOSOMES) + clone.unknown_sex
    there = sum(content.counts[name] for name in SEX_CHROMOSOMES)
    lines = [
        _line(f"of {name}", f"at least {said[name]}", content.counts[name])
        for name in SEX_CHROMOSOMES
        if content.counts[name] < said[name]
    ]
    if there != total:
        lines.append(_line("sex chromosome", total, there, "sex chromosomes"))
    return lines


def _line(what: str, text: int | str, karyogram: int, plural: str = "") -> str:
    noun = plural if plural and text != 1 else what
    return f"the text has {text or 'no'} {noun}, the karyogram {karyogram or 'none'}".replace(
        "has no of", "has none of"
    )
