"""What a vector file holds, read back by other programs than those that wrote it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pypdf import PdfReader

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True)
class Piece:
    """A text or picture and where it begins, in points from the top left corner."""

    what: Any
    x: float
    y: float


def svg_root(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()


def svg_texts(path: Path) -> list[str]:
    return [item.text or "" for item in svg_root(path).iter(f"{SVG}text")]


def svg_pictures(path: Path) -> list[tuple[ElementTree.Element, NDArray[np.uint8]]]:
    found = []
    for item in svg_root(path).iter(f"{SVG}image"):
        data = base64.b64decode(item.get(HREF, "").removeprefix("data:image/png;base64,"))
        with Image.open(io.BytesIO(data)) as picture:
            found.append((item, np.asarray(picture)))
    return found


def pdf_pieces(path: Path, number: int = 0) -> tuple[list[Piece], list[Piece]]:
    """Return texts, and pictures with (width, height), of a page."""
    page = PdfReader(path).pages[number]
    high = float(page.mediabox.height)
    texts: list[Piece] = []
    pictures: list[Piece] = []

    def on_text(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            texts.append(Piece(text.strip("\n"), tm[4] + cm[4], high - (tm[5] + cm[5])))

    def on_operator(operator: bytes, operands: Any, cm: list[float], tm: list[float]) -> None:
        if operator == b"Do":
            pictures.append(Piece((cm[0], cm[3]), cm[4], high - cm[5] - cm[3]))

    page.extract_text(visitor_text=on_text, visitor_operand_before=on_operator)
    return texts, pictures


def flat(text: str) -> str:
    """Return a text as its letters, whatever way a reader parts and breaks it."""
    return re.sub(r"\s+", "", text)


def pdf_letters(path: Path) -> str:
    return "".join(flat(page.extract_text()) for page in PdfReader(path).pages)


def embedded_fonts(path: Path) -> dict[str, bool]:
    """Return each font of a PDF, and whether its TrueType file is within."""
    fonts = {}
    for page in PdfReader(path).pages:
        for font in page["/Resources"].get_object()["/Font"].values():  # type: ignore[index]
            found = font.get_object()
            descriptor = found.get("/FontDescriptor")
            fonts[str(found["/BaseFont"])] = (
                descriptor is not None and "/FontFile2" in descriptor.get_object()
            )
    return fonts
