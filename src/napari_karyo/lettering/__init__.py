"""Letters: which font has them, how they follow one another, and how wide they are.

Everything that is written on a page of pixels, in an SVG or in a PDF goes through
`set_line`, so that all of them agree.
"""

from napari_karyo.lettering.clean import clean
from napari_karyo.lettering.fitting import Align, cut, fit, left_of, text_width, wrap
from napari_karyo.lettering.line import Glyph, TextLine, TextRun, set_line
from napari_karyo.lettering.missing import missing_letters, missing_notice
from napari_karyo.lettering.pixels import draw_text, line_mask
from napari_karyo.lettering.typeface import Typeface, shipped

__all__ = [
    "Align",
    "Glyph",
    "TextLine",
    "TextRun",
    "Typeface",
    "clean",
    "cut",
    "draw_text",
    "fit",
    "left_of",
    "line_mask",
    "missing_letters",
    "missing_notice",
    "set_line",
    "shipped",
    "text_width",
    "wrap",
]
