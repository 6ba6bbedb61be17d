"""What a session and the actions know of what is built above them."""

from __future__ import annotations

from typing import Literal, Protocol

from psygnal import SignalInstance

from napari_karyo.karyotype import Appearance


class ShownOverlays(Protocol):
    """The saliency and the attention over a karyogram, by their names."""

    @property
    def idle(self) -> bool:
        """Whether nothing is being computed."""
        ...

    def is_on(self, kind: str) -> bool:
        """Whether an overlay is shown."""
        ...

    def toggle(self, kind: str) -> None:
        """Show an overlay or hide it."""
        ...

    def ask(self, index: int, name: str | None) -> None:
        """Show the saliency of one chromosome for a class; None is the model's own."""
        ...


class ShownSelection(Protocol):
    """The selection over a karyogram."""

    def preview(self, index: int, appearance: Appearance) -> None:
        """Show a chromosome as it would look where it stands; no edit is made."""
        ...

    def end_preview(self) -> None:
        """Show the page as it is again."""
        ...


class HeldTool(Protocol):
    """A use of the mouse."""

    name: str


class HeldTools(Protocol):
    """The tool in use."""

    @property
    def changed(self) -> SignalInstance:
        """A tool was taken or put away."""
        ...

    @property
    def active(self) -> HeldTool | None:
        """The one in use."""
        ...

    def put_away(self, words: str = "") -> None:
        """End the tool in use, if any, and say something where it was one."""
        ...


class SessionView(Protocol):
    """The karyogram of the cell on top, on napari's canvas."""

    @property
    def help_asked(self) -> SignalInstance:
        """The list of keys is to be shown or hidden."""
        ...

    @property
    def overlays(self) -> ShownOverlays:
        """What lies over the chromosomes."""
        ...

    @property
    def selection(self) -> ShownSelection:
        """What shows which chromosome is selected."""
        ...

    @property
    def tools(self) -> HeldTools:
        """What the mouse is used for."""
        ...

    @property
    def lights_on(self) -> bool:
        """Whether the confidence lights are drawn."""
        ...

    def toggle_lights(self) -> None:
        """Show the confidence lights or hide them."""
        ...

    def take_tool(self, name: str) -> None:
        """Take a tool for the selected chromosome; taken again, it is put away."""
        ...

    def bring_back(self) -> None:
        """Show the karyogram where it was covered, and let it have the keys."""
        ...


class ClassTyping(Protocol):
    """Takes a class that is typed for the selected chromosome."""

    @property
    def pending(self) -> str:
        """The digits that wait, or an empty string."""
        ...

    def key(self, character: str) -> None:
        """Take one typed character: a digit, x or y."""
        ...

    def confirm(self) -> None:
        """Place the chromosome into the class typed so far."""
        ...

    def clear(self) -> None:
        """Forget what was typed."""
        ...


#: What can be asked of a session's window beside its review dock.
Window = Literal["gallery", "export"]


class ReviewWindow(Protocol):
    """The review dock."""

    def show_tab(self, name: str) -> None:
        """Show a tab by the word on it."""
        ...

    def show_history(self) -> None:
        """Show what was done to the cell."""
        ...
