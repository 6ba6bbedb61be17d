"""The confidence lights on the page: colour, shape and sign, each enough by itself.

They are drawn on the screen and left out of a print. One picture a kind and scale is
kept, so that an edit costs only copies of it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.inference.confidence import Light
from napari_karyo.lettering import draw_text

#: From the Okabe-Ito palette, made light enough for black signs. What a person has
#: accepted or put there is blue, whatever the model thinks.
LIGHT_COLOURS: Final[dict[Light, str]] = {
    Light.SURE: "#4cc9a0",
    Light.LOOK: "#ffd21f",
    Light.DOUBTFUL: "#ff8a5c",
    Light.UNKNOWN: "#e08fc0",
    Light.SETTLED: "#9ccbff",
}
#: Diameter in page units; a diamond looks smaller than a square of its size.
LIGHT_SIZES: Final[dict[Light, float]] = {
    Light.SURE: 20.0,
    Light.LOOK: 31.0,
    Light.DOUBTFUL: 25.0,
    Light.UNKNOWN: 30.0,
    Light.SETTLED: 26.0,
}
#: Told apart without colour; no triangle, which marks corrections.
LIGHT_SHAPES: Final[dict[Light, str]] = {
    Light.SURE: "disc",
    Light.LOOK: "diamond",
    Light.DOUBTFUL: "square",
    Light.UNKNOWN: "cross",
    Light.SETTLED: "disc",
}
LIGHT_SIGNS: Final[dict[Light, str]] = {
    Light.SURE: "✓",
    Light.LOOK: "?",
    Light.DOUBTFUL: "!",
    Light.UNKNOWN: "×",
    Light.SETTLED: "✓",
}
#: Of the diameter.
_BORDER: Final = 0.08
#: Half the width of a cross's arms, of the radius.
_ARM: Final = 0.4
#: Drawn this many times larger and averaged, for smooth edges.
_SMOOTH: Final = 8


@lru_cache(maxsize=32)
def light_picture(
    kind: Light, scale: float, white_paper: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a light as it is laid over the page.

    Parameters
    ----------
    kind : Light
    scale : float
        Pixels to a page unit.
    white_paper : bool
        Whether the light stands on white, and has a black border.

    Returns
    -------
    colour : ndarray, shape (size, size, 3), float32
        Red, green and blue, 0 to 255, times `cover`.
    cover : ndarray, shape (size, size, 1), float32
        0 to 1. `size` is odd, so that the light has a middle pixel.
    """
    size = 2 * round(LIGHT_SIZES[kind] * scale / 2) + 3
    side = size * _SMOOTH
    middle, radius = side / 2, LIGHT_SIZES[kind] * scale * _SMOOTH / 2
    border = max(_SMOOTH, LIGHT_SIZES[kind] * _BORDER * scale * _SMOOTH)
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    edge = "black" if white_paper else "white"
    for colour, reach in ((edge, radius), (LIGHT_COLOURS[kind], radius - border)):
        box = (middle - reach, middle - reach, middle + reach, middle + reach)
        if LIGHT_SHAPES[kind] == "disc":
            draw.ellipse(box, fill=colour)
        elif LIGHT_SHAPES[kind] == "square":
            draw.rectangle(box, fill=colour)
        elif LIGHT_SHAPES[kind] == "cross":
            arm = _ARM * radius - (radius - reach)
            draw.polygon([(middle + x, middle + y) for x, y in _cross(reach, arm)], fill=colour)
        else:
            left, top, right, bottom = box
            draw.polygon(
                [(middle, top), (right, middle), (middle, bottom), (left, middle)], fill=colour
            )
    if LIGHT_SIGNS[kind] == "✓":
        # Stronger than the font's own tick.
        tick = [(-0.45, 0.05), (-0.12, 0.40), (0.48, -0.38)]
        points = [(middle + x * radius, middle + y * radius) for x, y in tick]
        draw.line(points, fill="black", width=round(0.24 * radius), joint="curve")
    elif LIGHT_SHAPES[kind] != "cross":  # which is its own sign
        draw_text(
            picture, (middle, middle), LIGHT_SIGNS[kind], 18.0 * scale * _SMOOTH, "black",
            align="middle", level=True, bold=True,
        )  # fmt: skip
    # Premultiplied, so that no dark rim comes in from where nothing is drawn.
    values = np.asarray(picture, np.float32) / 255.0
    values[..., :3] *= values[..., 3:]
    small = values.reshape(size, _SMOOTH, size, _SMOOTH, 4).mean(axis=(1, 3))
    return small[..., :3] * 255.0, small[..., 3:]


def _cross(long: float, wide: float) -> list[tuple[float, float]]:
    """Return the corners of a cross that lies slanting, around its middle.

    Parameters
    ----------
    long : float
        From the middle to a corner at the end of an arm.
    wide : float
        Half the width of an arm.
    """
    end = math.sqrt(long**2 - wide**2)
    quarter = [(wide, wide), (end, wide), (end, -wide)]
    corners = []
    for _ in range(4):
        corners += quarter
        quarter = [(y, -x) for x, y in quarter]
    return [((x - y) / math.sqrt(2), (x + y) / math.sqrt(2)) for x, y in corners]
