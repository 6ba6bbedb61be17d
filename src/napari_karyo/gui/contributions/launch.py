"""Opening napari with a cell already classified: the demo and the shell's way in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_karyo.cell import Cell, Polarity

if TYPE_CHECKING:
    import napari

    from napari_karyo.inference.result import Classification

WELCOME = (
    "Drag a chromosome onto a slot, or click it and type its class. "
    "N: next doubtful. Ctrl+Z: undo. H: all keys."
)


def show_classified(
    viewer: napari.Viewer, classification: Classification, form: bool = True
) -> None:
    """Show a classified cell in a viewer, with its docks.

    Parameters
    ----------
    viewer : napari.Viewer
    classification : Classification
    form : bool
        Whether the form that classifies opens as well.
    """
    from napari_karyo.gui.canvas.contact_sheet import layer_data
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.contributions.commands import open_classify
    from napari_karyo.gui.docks.opening import open_review
    from napari_karyo.gui.session.session import session_of
    from napari_karyo.gui.session.settings import read_settings

    data, options, _ = layer_data(classification.cell, visible=False)
    viewer.add_image(data, **options)
    open_view(viewer)
    session = session_of(viewer)
    session.open(classification, who=read_settings().initials)
    if form:
        open_classify(viewer)
    open_review(viewer)
    session.say(WELCOME)


def launch(cell: Cell | None = None, *, run: bool = True) -> napari.Viewer:
    """Open napari with a cell classified, its karyogram and the docks.

    Parameters
    ----------
    cell : Cell, optional
        A simulated cell with trisomy 21 where none is given.
    run : bool
        Whether to stay until the window is closed.
    """
    import napari

    from napari_karyo.inference.classify import classify

    if cell is None:
        from napari_karyo.simulation.sample import simulate_cell

        cell = simulate_cell("47,XY,+21", seed=1, stain=Polarity.DARK)
    classification = classify(cell)
    viewer = _window()
    show_classified(viewer, classification)
    if run:
        napari.run()
    return viewer


def launch_case(path: Path) -> None:
    """Open napari with a case as it was left, and stay until the window is closed.

    Raises
    ------
    CaseError
        Where it can't be opened.
    """
    import napari

    from napari_karyo.gui.docks.case_opening import open_case

    open_case(_window(), path)
    napari.run()


def _window() -> napari.Viewer:
    import napari

    viewer = napari.Viewer(title="napari-karyo", show_welcome_screen=False)
    viewer.window.resize(1500, 950)
    return viewer
