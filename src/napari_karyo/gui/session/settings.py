"""The plugin's page in napari's preferences, read with defaults of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from napari_karyo.inference.options import ClassifyOptions


@dataclass(frozen=True)
class Settings:
    """What the person set in Preferences > Karyotyping.

    Attributes
    ----------
    device : str
        ``auto``, ``cuda``, ``mps`` or ``cpu``.
    model : str
    initials : str
        Who corrects; written beside every edit.
    resolution : int
        Dots per inch of exported pictures.
    page_for_window : bool
        Whether the page on the screen is laid out for the window, and not as it is printed.
    """

    device: str = ClassifyOptions.device
    model: str = str(ClassifyOptions.model)
    initials: str = ""
    resolution: int = 300
    page_for_window: bool = True


def read_settings() -> Settings:
    """Return the current settings; the defaults where napari does not know the plugin.

    napari knows it only when the package is installed, and not when it is run
    from a source tree on the path.
    """
    stored = _stored()
    if stored is None:
        return Settings()
    return Settings(
        device=stored.classification.device,
        model=stored.classification.model.strip() or Settings.model,
        initials=stored.laboratory.initials.strip(),
        resolution=int(stored.laboratory.resolution),
        page_for_window=bool(stored.screen.page_for_window),
    )


def keep_page_for_window(wanted: bool) -> None:
    """Keep whether the page is laid out for the window; where that can't be, nothing is lost."""
    stored = _stored()
    if stored is None:
        return
    try:
        # napari writes its file whenever a value changes.
        stored.screen.page_for_window = wanted
    except OSError:
        return


def _stored() -> Any:
    from napari.settings import get_plugin_settings

    try:
        return get_plugin_settings("napari-karyo")
    except KeyError:
        return None
