"""What helpers of the canvas know of the karyogram view that they belong to: `KaryogramView`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Protocol

from napari_karyo.gui.session.session import Session
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Page
from napari_karyo.karyogram.window_shape import Room

if TYPE_CHECKING:
    from napari.layers import Layer


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

    layers: dict[str, Layer]
    page: Page | None
    composer: Composer | None

    @property
    def session(self) -> Session: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def lights_on(self) -> bool: ...

    @property
    def shown(self) -> bool: ...

    def to_page(self, world: Iterable[float]) -> tuple[float, float]: ...

    def add_layer(self, role: str, layer: Layer) -> None: ...

    def lay_out(self, room: Room) -> None: ...

    def draw_again(self, regions: Collection[str]) -> None: ...

    def activate(self) -> None: ...
