"""Letters that no font of this computer has, said before anything is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from napari_karyo.counted import listed
from napari_karyo.lettering.clean import NO_CHARACTER
from napari_karyo.lettering.line import letters_without_font, set_line
from napari_karyo.lettering.pixels import line_mask
from napari_karyo.lettering.system import forget
from napari_karyo.lettering.writings import names_of, script_of, writing_of

#: Letters that are named one by one.
_NAMED: Final = 12


def missing_letters(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the letters of some texts that no font has, each once.

    Where there are any, the system's fonts are looked for anew: one may have been installed.

    Parameters
    ----------
    texts : iterable of str
        As they are to be printed.
    """
    texts = list(texts)
    if not letters_without_font(texts):
        return ()
    look_again()
    return tuple(letters_without_font(texts))


def look_again() -> None:
    """Forget which fonts the system has, and all that was set in them."""
    forget()
    set_line.cache_clear()
    line_mask.cache_clear()


def missing_notice(texts: Iterable[str]) -> str:
    """Say which letters of some texts will be missing, and which font to install.

    Parameters
    ----------
    texts : iterable of str
        As they are to be printed.

    Returns
    -------
    str
        Empty where none is missing.
    """
    texts = list(texts)
    missing = missing_letters(texts)
    if not missing:
        return ""
    whole = " ".join(texts)
    no_characters = [one for one in missing if one == NO_CHARACTER]
    letters = [one for one in missing if one != NO_CHARACTER]
    said = []
    if letters:
        writings = [writing_of(script_of(one[0]), whole, one[0]) for one in letters]
        named = listed([_named(one) for one in letters], _NAMED, " ")
        packages = ", ".join(dict.fromkeys(writing.package for writing in writings))
        said.append(
            f"No font of this computer has {named} ({names_of(writings)}): each is drawn as "
            "an empty box. To have them printed, install a font for "
            f"{names_of(writings)} (Debian: {packages}) and write the file again."
        )
    if no_characters:
        said.append(
            "A name holds something that is no character, such as a byte of another encoding: it "
            "is drawn as an empty box. Rename the file or folder."
        )
    return " ".join(said)


def _named(cluster: str) -> str:
    """Return a letter with its number, for who can't see it on this computer either."""
    numbers = "+".join(f"{ord(letter):04X}" for letter in cluster)
    seen = "" if unicodedata.combining(cluster[0]) else f"{cluster} "
    return f"{seen}(U+{numbers})"
