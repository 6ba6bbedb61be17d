"""What a person does to layers, docks and windows, and what they write out."""

from __future__ import annotations

from contextlib import suppress

import mouse
import numpy as np
from random_actions_person import PLUGIN, Person, doing, has_cell, has_layers, has_page, has_review

from napari_karyo.classes import TRAY
from napari_karyo.errors import KaryoError
from napari_karyo.gui.docks.gallery_dock import GalleryDock, open_gallery
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.docks.review.dock import ReviewDock

# -- layers -------------------------------------------------------------------------


@doing(4, has_layers)
def delete_a_layer(person: Person) -> None:
    person.viewer.layers.remove(person.one_layer())


@doing(1, has_layers)
def delete_all_layers(person: Person) -> None:
    if person.chance.random() < 0.5:
        person.viewer.layers.clear()
    else:
        person.viewer.layers.select_all()
        person.viewer.layers.remove_selected()


@doing(2, has_layers)
def rename_a_layer(person: Person) -> None:
    person.one_layer().name = person.chance.choice(("chromosomes", "x", "cell A karyogram"))


@doing(2, has_layers)
def reorder_layers(person: Person) -> None:
    layers = person.viewer.layers
    layers.move(person.chance.randrange(len(layers)), person.chance.randrange(len(layers)))


@doing(3, has_layers)
def hide_or_show_a_layer(person: Person) -> None:
    layer = person.one_layer()
    layer.visible = not layer.visible


@doing(2, has_layers)
def duplicate_a_layer(person: Person) -> None:
    from napari.layers._layer_actions import _duplicate_layer

    layers = person.viewer.layers
    layers.selection = {person.one_layer()}
    _duplicate_layer(layers)


@doing(3)
def add_a_layer_of_their_own(person: Person) -> None:
    chance, viewer = person.chance, person.viewer
    kind = chance.randrange(4)
    if kind == 0:
        viewer.add_image(np.zeros((64, 64), np.float32))
    elif kind == 1:
        viewer.add_labels(np.zeros((200, 200), np.uint8)).mode = chance.choice(
            ("pan_zoom", "paint", "fill")
        )
    elif kind == 2:
        viewer.add_points(np.array([[10.0, 20.0]])).mode = chance.choice(("pan_zoom", "add"))
    else:
        viewer.add_image(np.zeros((3, 30, 30), np.uint8))


@doing(3, has_page)
def change_one_of_our_layers(person: Person) -> None:
    chance, layer = person.chance, person.one_own_layer()
    kind = chance.randrange(6)
    if kind == 0:
        layer.opacity = chance.random()
    elif kind == 1 and hasattr(layer, "colormap") and not layer.rgb:
        layer.colormap = chance.choice(("gray", "magma", "green"))
    elif kind == 2:
        layer.translate = (chance.uniform(-50, 50), chance.uniform(-50, 50))
    elif kind == 3:
        layer.editable = not layer.editable
    elif kind == 4:
        layer.mode = chance.choice(("pan_zoom", "transform"))
    else:
        layer.blending = chance.choice(("translucent", "additive", "opaque"))


@doing(1, has_page)
def put_other_data_into_a_layer(person: Person) -> None:
    roles = ("karyogram", "saliency", "dragged", "outlines")
    layers = [person.view.layers[role] for role in roles if role in person.view.layers]
    layer = person.chance.choice(layers)
    layer.data = np.zeros_like(layer.data)
    assert person.karyotype is not None
    person.spoilt[layer] = person.karyotype.state


# -- window -------------------------------------------------------------------------


@doing(2)
def close_a_dock(person: Person) -> None:
    if not person.docks:
        return
    widget = person.chance.choice(person.docks)
    holder = getattr(widget, "native", widget).parent()
    # The cross destroys it, the eye hides it.
    if person.chance.random() < 0.6:
        holder.destroyOnClose()
    else:
        holder.close()


@doing(2)
def float_a_dock(person: Person) -> None:
    if person.docks:
        widget = person.chance.choice(person.docks)
        holder = getattr(widget, "native", widget).parent()
        holder.setFloating(not holder.isFloating())


@doing(3)
def open_the_review_dock(person: Person) -> None:
    open_review(person.viewer)


@doing(1)
def use_the_plugins_menu(person: Person) -> None:
    """The menu opens a dock or hides it, in the window that napari takes for the one in front."""
    from napari._app_model import get_app_model

    names = ("review_dock", "classify_form", "open_review", "open_classify", "open_gallery")
    commands = get_app_model().commands
    commands.execute_command(f"{PLUGIN}.{person.chance.choice(names)}").result()


@doing(2, has_review)
def look_at_a_tab(person: Person) -> None:
    tabs = person.dock(ReviewDock).tabs
    tabs.setCurrentIndex(person.chance.randrange(tabs.count()))


@doing(2, has_cell)
def open_the_gallery(person: Person) -> None:
    open_gallery(person.viewer, person.chance.choice((None, "1", "X", TRAY)))


@doing(2, lambda person: person.dock(GalleryDock) is not None)
def use_the_gallery(person: Person) -> None:
    dock = person.dock(GalleryDock)
    kind = person.chance.randrange(3)
    if kind == 0:
        dock.after.click()
    elif kind == 1:
        dock.lights.click()
    elif dock.shown:
        place = person.chance.randrange(len(dock.shown))
        dock.canvas.clicked.emit(place, person.chance.choice((None, 0, 5)))


@doing(2)
def change_the_theme(person: Person) -> None:
    person.viewer.theme = person.chance.choice(("dark", "light", "system"))


@doing(3)
def three_dimensions(person: Person) -> None:
    person.viewer.dims.ndisplay = 5 - person.viewer.dims.ndisplay


@doing(2)
def grid_mode(person: Person) -> None:
    grid = person.viewer.canvas.grid
    grid.enabled = not grid.enabled


@doing(2)
def turn_the_dims(person: Person) -> None:
    person.chance.choice((person.viewer.dims.roll, person.viewer.dims.transpose))()


@doing(1)
def resize_the_window(person: Person) -> None:
    if person.chance.random() < 0.2:
        window = person.viewer.window._qt_window
        window.showNormal() if window.isFullScreen() else window.showFullScreen()
    else:
        person.viewer.window.resize(
            person.chance.randrange(400, 1100), person.chance.randrange(300, 800)
        )


@doing(1)
def change_preferences(person: Person) -> None:
    from napari.settings import get_plugin_settings, get_settings

    chance = person.chance
    kind = chance.randrange(4)
    if kind == 0:
        get_settings().appearance.font_size = chance.randrange(8, 14)
    elif kind == 1:
        get_settings().appearance.theme = chance.choice(("dark", "light"))
    elif kind == 2:
        get_plugin_settings(PLUGIN).laboratory.initials = chance.choice(("", "AB", "CD"))
    else:
        person.viewer.window._open_preferences_dialog()
        mouse.settle()
        person.viewer.window._pref_dialog.close()


# -- writing ------------------------------------------------------------------------


@doing(4, lambda person: has_cell(person) and has_review(person))
def export(person: Person) -> None:
    panel = person.dock(ReviewDock).export
    panel.what.setCurrentIndex(person.chance.randrange(panel.what.count()))
    panel.resolution.setValue(72)
    panel.export(person.one_target(), person.session.current)


@doing(2, has_page)
def save_as_a_case(person: Person) -> None:
    person.written += 1
    path = person.material / f"copy {person.written}.karyo"
    with suppress(KaryoError):
        person.viewer.layers.save(str(path), selected=False, plugin=PLUGIN)


# -- another window -----------------------------------------------------------------


@doing(1, lambda person: person.other is None)
def open_a_second_window(person: Person) -> None:
    person.other = person.make_viewer()
    person.viewer, person.other = person.other, person.viewer


@doing(4, lambda person: person.other is not None)
def go_to_the_other_window(person: Person) -> None:
    person.viewer, person.other = person.other, person.viewer


@doing(1, lambda person: person.other is not None)
def close_the_other_window(person: Person) -> None:
    other, person.other = person.other, None
    other.close()
