"""What a session and the actions know of what is built above them.

What each member does stands with the classes that keep these protocols.
"""

from __future__ import annotations

from typing import Literal, Protocol

from psygnal import SignalInstance

from napari_karyo.karyotype import Appearance

#: What can be asked of a session's window beside what is asked something in turn.
Window = Literal["gallery", "export", "worksheet"]


class ShownOverlays(Protocol):
    """The saliency and the attention over a karyogram: `Overlays`."""

    @property
    def idle(self) -> bool: ...

    def is_on(self, kind: str) -> bool: ...

    def toggle(self, kind: str) -> None: ...

    def ask(self, index: int, name: str | None) -> None: ...


class ShownSelection(Protocol):
    """The selection over a karyogram: `SelectionOverlay`."""

    def preview(self, index: int, appearance: Appearance) -> None: ...

    def end_preview(self) -> None: ...


class HeldTool(Protocol):
    """A use of the mouse: `Tool`."""

    name: str


class HeldTools(Protocol):
    """The tool in use: `Toolbox`."""

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def active(self) -> HeldTool | None: ...

    def give_way(self) -> None: ...


class SightOfCell(Protocol):
    """What of a cell is in view, its karyogram or its photograph: `Sight`."""

    def next_part(self) -> None: ...

    def fit(self) -> None: ...


class ShapeOfPage(Protocol):
    """Whether the page is laid out for the window, or as it is printed: `PageShaping`."""

    for_window: bool

    def toggle(self) -> None: ...


class SessionView(Protocol):
    """The karyogram of the cell on top, on napari's canvas: `KaryogramView`."""

    @property
    def help_asked(self) -> SignalInstance: ...

    @property
    def overlays(self) -> ShownOverlays: ...

    @property
    def selection(self) -> ShownSelection: ...

    @property
    def tools(self) -> HeldTools: ...

    @property
    def sight(self) -> SightOfCell: ...

    @property
    def shaping(self) -> ShapeOfPage: ...

    @property
    def lights_on(self) -> bool: ...

    def toggle_lights(self) -> None: ...

    def take_tool(self, name: str) -> None: ...

    def show_labels(self) -> None: ...

    def bring_back(self) -> None: ...


class ClassTyping(Protocol):
    """Takes a class that is typed for the selected chromosome: `TypedClass`."""

    @property
    def pending(self) -> str: ...

    def key(self, character: str) -> None: ...

    def confirm(self) -> None: ...

    def clear(self) -> None: ...


class ReviewWindow(Protocol):
    """Where a cell is reviewed: `ReviewDock`."""

    def show_tab(self, name: str) -> None: ...

    def show_history(self) -> None: ...


class ClassifyWindow(Protocol):
    """Where cells are classified: `ClassifyForm`."""

    def choose_model(self, name: str) -> None: ...
