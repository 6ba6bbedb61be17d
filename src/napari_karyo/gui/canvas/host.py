"""What helpers of the canvas know of the karyogram view that they belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from napari_karyo.gui.session.session import Session
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Page


class PageHost(Protocol):
    """A karyogram's page on napari's canvas.

    Attributes
    ----------
    layers : dict of str to Layer
        napari's layers by their role; empty where the karyogram is not shown.
    page : Page or None
        As it is drawn now.
    composer : Composer or None
        Draws it.
    """

    layers: dict[str, Any]
    page: Page | None
    composer: Composer | None

    @property
    def session(self) -> Session:
        """The session whose current cell is shown."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether its window is there."""
        ...

    @property
    def lights_on(self) -> bool:
        """Whether the confidence lights are drawn."""
        ...

    @property
    def shown(self) -> bool:
        """Whether the layers are in the viewer."""
        ...

    def to_page(self, world: Iterable[float]) -> tuple[float, float]:
        """Return the place on the page, (y, x), of a place in the viewer."""
        ...

    def draw_again(self, regions: Collection[str]) -> None:
        """Draw some regions of the page as they are now."""
        ...

    def activate(self) -> None:
        """Make the karyogram the active layer, so that mouse and keys reach it."""
        ...
