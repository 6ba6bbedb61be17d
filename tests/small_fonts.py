"""Tiny fonts for scripts that the program's own typeface lacks: a box of its own for each letter.

With them the tests say the same on a computer that has fonts for all scripts and on one that
has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

EM = 1000
HEBREW = "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
ARABIC = "محدبنعلهخيةا١٢"
CHINESE = "王小明细胞"
JAPANESE = "山田たろう"
KOREAN = "김철수세포"
#: A name in each script, as a patient's, and the letters of the font it needs.
NAMES = {
    "hebrew": "יוסף כהן",
    "arabic": "محمد بن علي",
    "chinese": "王小明",
    "japanese": "山田 たろう",
    "korean": "김철수",
}


def make_font(letters: str, family: str, *, cff: bool = False, joined: bool = False) -> TTFont:
    """Return a font of TrueType or CFF outlines; each letter is a box of another height.

    Where `joined`, each letter has forms for its beginning, middle and end in a word.
    """
    names = [".notdef", "space", *(f"u{ord(one):04X}" for one in letters)]
    forms = [f"{name}.{form}" for name in names[2:] for form in ("init", "medi", "fina")]
    names += forms if joined else []
    builder = FontBuilder(EM, isTTF=not cff)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "space"} | {ord(one): f"u{ord(one):04X}" for one in letters})
    widths = {name: 600 + n % 7 * 10 for n, name in enumerate(names)}
    shapes = {}
    for number, name in enumerate(names):
        pen = T2CharStringPen(widths[name], None) if cff else TTGlyphPen(None)
        if name not in (".notdef", "space"):
            high = 300 + number % 50 * 8
            pen.moveTo((50, 0))
            for point in ((50, high), (500, high), (500, 0)):
                pen.lineTo(point)
            pen.closePath()
        shapes[name] = pen.getCharString() if cff else pen.glyph()
    if cff:
        builder.setupCFF(family.replace(" ", ""), {}, shapes, {})
    else:
        builder.setupGlyf(shapes)
    builder.setupHorizontalMetrics({name: (wide, 0) for name, wide in widths.items()})
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, sTypoDescender=-200)
    builder.setupPost()
    if joined:
        plain = " ".join(names[2 : 2 + len(letters)])
        lines = [
            f"feature {form} {{ sub [{plain}] by "
            f"[{' '.join(f'{name}.{form}' for name in plain.split())}]; }} {form};"
            for form in ("init", "medi", "fina")
        ]
        code = "languagesystem arab dflt;\n" + "\n".join(lines)
        addOpenTypeFeaturesFromString(builder.font, code)
    return builder.font


def write_fonts(folder: Path) -> tuple[Path, ...]:
    """Write one file a script, as systems have them: TrueType, CFF, a collection of CFF."""
    paths = {
        "NotoSansHebrew-Regular.ttf": make_font(HEBREW, "Small Hebrew"),
        "NotoSansArabic-Regular.ttf": make_font(ARABIC, "Small Arabic", joined=True),
        "NanumGothic.otf": make_font(KOREAN, "Small Korean", cff=True),
    }
    for name, font in paths.items():
        font.save(folder / name)
    together = TTCollection()
    together.fonts = [
        make_font(JAPANESE, "Small CJK JP", cff=True),
        make_font(CHINESE, "Small CJK SC", cff=True),
    ]
    together.save(folder / "NotoSansCJK-Regular.ttc")
    return (*(folder / name for name in paths), folder / "NotoSansCJK-Regular.ttc")


def as_fonts_of_the_system(paths: Iterable[Path]) -> Callable[[], tuple[Path, ...]]:
    """Return what stands in for `system.font_files`."""
    given = tuple(paths)
    return lambda: given
