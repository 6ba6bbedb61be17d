"""The scripts of the world, as far as the choice of a font needs them."""

from __future__ import annotations

import locale
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True)
class Writing:
    """A script, or a language with forms of its own for letters that others share.

    Attributes
    ----------
    name : str
        In the words of the person.
    language : str
        As HarfBuzz wants it; empty where it doesn't matter.
    fonts : tuple of str
        Parts of the names of font files, the best first, in small letters without signs.
    package : str
        Debian's package with a font for it.
    region : str
        How a typeface for it is marked where one file holds those of several languages.
    """

    name: str
    language: str = ""
    fonts: tuple[str, ...] = ()
    package: str = "fonts-noto-core"
    region: str = ""


_CHINESE: Final = (
    "notosanscjk", "notosanssc", "notosanshans", "sourcehansans", "pingfang", "hiraginosansgb",
    "msyh", "stheiti", "wqymicrohei", "wqyzenhei", "droidsansfallback", "simsun", "simhei",
)  # fmt: skip
_TRADITIONAL: Final = (
    "notosanscjk", "notosanstc", "notosanshant", "sourcehansans", "pingfang", "msjh", "stheiti",
    "wqymicrohei", "wqyzenhei", "droidsansfallback", "mingliu",
)  # fmt: skip
_JAPANESE: Final = (
    "notosanscjk", "notosansjp", "sourcehansans", "hiraginosans", "ヒラギノ角ゴシック", "yugoth",
    "meiryo", "ipaexg", "ipag", "takao", "vlgothic", "msgothic", "droidsansfallback",
)  # fmt: skip
_KOREAN: Final = (
    "notosanscjk", "notosanskr", "sourcehansans", "applesdgothicneo", "malgun", "nanumgothic",
    "undotum", "baekmuk", "gulim", "droidsansfallback",
)  # fmt: skip
#: Fonts with letters of many scripts, as systems have them.
_WIDE: Final = (
    "segoeui", "sfns", "dejavusans", "liberationsans", "arialunicode", "arial", "tahoma",
    "freesans",
)  # fmt: skip

_CJK: Final = "fonts-noto-cjk"
CHINESE: Final = Writing("Chinese", "zh-Hans", _CHINESE, _CJK, "SC")
TRADITIONAL: Final = Writing("Chinese", "zh-Hant", _TRADITIONAL, _CJK, "TC")
JAPANESE: Final = Writing("Japanese", "ja", _JAPANESE, _CJK, "JP")
KOREAN: Final = Writing("Korean", "ko", _KOREAN, _CJK, "KR")
HEBREW: Final = Writing(
    "Hebrew", "he", ("notosanshebrew", "arialhb", *_WIDE, "nachlieli", "opensanshebrew")
)
ARABIC: Final = Writing(
    "Arabic", "ar", ("notosansarabic", "geezapro", "segoeui", "notonaskharabic", "sfarabic",
                     "dejavusans", "arial", "tahoma", "amiri", "kacst"),
)  # fmt: skip
EMOJI: Final = Writing("pictures (emoji)", "", ("notoemoji", "seguiemj", "symbola", *_WIDE),
                       "fonts-symbola")  # fmt: skip
_KNOWN: Final = {
    "HEBREW": HEBREW,
    "ARABIC": ARABIC,
    "HANGUL": KOREAN,
    "HIRAGANA": JAPANESE,
    "KATAKANA": JAPANESE,
    "BOPOMOFO": TRADITIONAL,
}
#: How Unicode calls the characters that several languages of East Asia share.
_SHARED: Final = ("CJK", "KANGXI", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")


def script_of(letter: str) -> str:
    """Return the script of a letter, as Unicode calls it; empty for signs, digits, spaces."""
    if not unicodedata.category(letter).startswith(("L", "M")):
        return ""
    word = unicodedata.name(letter, "").partition(" ")[0]
    # Accents and letters of no script take that of what they stand beside.
    return "" if word in ("COMBINING", "MODIFIER", "FEMININE", "MASCULINE") else word


def writing_of(script: str, text: str, letter: str = "") -> Writing:
    """Return how a letter of a text is written, judged by the rest of the text.

    Parameters
    ----------
    script : str
        As of `script_of`, of the letter or of its neighbours.
    text : str
        All of it: Kana beside a Chinese character make it a Japanese one.
    letter : str
        For signs, which have no script.
    """
    if script in _KNOWN:
        return _KNOWN[script]
    shared = script or unicodedata.name(letter or " ", "").partition(" ")[0]
    if shared.startswith(_SHARED):
        return _east_asian(text)
    if not script:
        return (
            EMOJI
            if letter and unicodedata.category(letter) == "So"
            else Writing("signs", "", _WIDE)
        )
    return _other(script)


@lru_cache(maxsize=64)
def _other(script: str) -> Writing:
    """Return a script that nothing more is known of than Unicode's name for it."""
    word = script.casefold()
    return Writing(script.capitalize(), "", (f"notosans{word}", f"notoserif{word}", *_WIDE))


def _east_asian(text: str) -> Writing:
    """Return whose characters those are that Chinese, Japanese and Korean share."""
    there = set(map(script_of, text))
    for script in ("HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"):
        if script in there:
            return _KNOWN[script]
    # Alone they don't tell: most likely the language of this computer, or else Chinese.
    here = (locale.getlocale()[0] or "").casefold()
    for begin, writing in (("ja", JAPANESE), ("ko", KOREAN), ("zh_tw", TRADITIONAL),
                           ("zh_hk", TRADITIONAL), ("chinese (trad", TRADITIONAL)):  # fmt: skip
        if here.startswith(begin):
            return writing
    return CHINESE


def names_of(writings: Iterable[Writing]) -> str:
    """Return scripts in words: ``Chinese and Hebrew``."""
    words = list(dict.fromkeys(writing.name for writing in writings))
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
