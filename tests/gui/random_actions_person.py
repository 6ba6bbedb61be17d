"""A person at one window, or two: what they see and have, and the table of what they may do."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mouse
from napari.layers import Labels

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.gui.classify.form import ClassifyForm
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.karyotype import Karyotype

PLUGIN = "napari-karyo"


@dataclass
class Person:
    """One person at one window, or two.

    Attributes
    ----------
    viewer : napari.Viewer
        The window in front.
    material : Path
        Folders and case files to open; the person's own.
    make_viewer : callable
        Opens another window.
    """

    viewer: Any
    material: Path
    make_viewer: Callable[[], Any]
    chance: random.Random = field(default_factory=random.Random)
    other: Any = None
    written: int = 0
    #: By layer, the state that it was spoilt at from outside.
    spoilt: dict[Any, Any] = field(default_factory=dict)
    #: By who drew it, the page that was drawn last to compare with, and what came of it.
    drawn: dict[type, Any] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return session_of(self.viewer)

    @property
    def view(self) -> Any:
        return self.session.view

    @property
    def karyotype(self) -> Karyotype | None:
        return None if self.session.current is None else self.session.current.karyotype

    @property
    def viewers(self) -> list[Any]:
        return [one for one in (self.viewer, self.other) if one is not None]

    @property
    def docks(self) -> list[Any]:
        """The docks of plugins, with what they hold."""
        return list(self.viewer.window.dock_widgets.values())

    def dock(self, kind: type) -> Any:
        return next((one for one in self.docks if isinstance(one, kind)), None)

    def one_layer(self) -> Any:
        return self.chance.choice(list(self.viewer.layers))

    def one_own_layer(self) -> Any:
        return self.chance.choice(list(self.view.layers.values()))

    def one_target(self) -> Path:
        """A new file to write to; not every ending means something."""
        self.written += 1
        ending = self.chance.choice(("png", "tif", "pdf", "svg", "csv", "json", "xyz"))
        return self.material / f"written {self.written}.{ending}"

    def one_place(self) -> tuple[float, float]:
        """A place of the scene: on a chromosome, in a slot, on the page or beside it."""
        page = self.view.page if self.view is not None else None
        if has_spread(self) and self.chance.random() < 0.4:
            return self.one_of_the_spread()
        kind = self.chance.choice(("chromosome", "chromosome", "slot", "slot", "page", "off"))
        if page is None or kind == "off":
            return self.chance.uniform(-300, 1500), self.chance.uniform(-300, 2000)
        if kind == "chromosome" and page.places:
            box = self.chance.choice(list(page.places.values())).box
            return (
                box.top + box.height * self.chance.random(),
                box.left + box.width * self.chance.random(),
            )
        if kind == "slot":
            return self.chance.choice(list(page.slots.values())).box.center
        return self.chance.uniform(0, page.height), self.chance.uniform(0, page.width)

    def one_of_the_spread(self) -> tuple[float, float]:
        """A place of the photograph: in the box of a chromosome, or anywhere."""
        spread, chance = self.view.spread, self.chance
        boxes = [spread.box_of(index) for index in spread.drawing.marks]
        if boxes and chance.random() < 0.7:
            box = chance.choice(boxes)
            return (
                box.top + box.height * chance.random(),
                box.left + box.width * chance.random(),
            )
        top, left = spread.origin
        drawing = spread.drawing
        return top + drawing.height * chance.random(), left + drawing.width * chance.random()


@dataclass(frozen=True)
class Doing:
    """One thing that a person may do."""

    name: str
    weight: float
    can: Callable[[Person], bool]
    do: Callable[[Person], None]


DOINGS: list[Doing] = []


def always(_person: Person) -> bool:
    return True


def has_cell(person: Person) -> bool:
    return person.session.current is not None


def has_page(person: Person) -> bool:
    return has_cell(person) and person.view is not None and person.view.shown


def has_spread(person: Person) -> bool:
    return has_page(person) and person.view.spread.shown


def has_layers(person: Person) -> bool:
    return bool(len(person.viewer.layers))


def can_point(person: Person) -> bool:
    return has_layers(person) and hears_the_mouse(person)


def hears_the_mouse(person: Person) -> bool:
    """Whether an event of the mouse is one that the plugin could be to blame for.

    A narrow window leaves the canvas no room: no hand gets there, and vispy divides by the
    width. Where one draws beside a layer of labels in three dimensions, napari itself fails.
    """
    canvas, active = mouse.native(person.viewer), person.viewer.layers.selection.active
    drawn = isinstance(active, Labels) and str(active.mode) != "pan_zoom"
    return bool(canvas.width() and canvas.height()) and not (
        drawn and person.viewer.dims.ndisplay == 3
    )


def has_form(person: Person) -> bool:
    return person.dock(ClassifyForm) is not None


def has_review(person: Person) -> bool:
    return person.dock(ReviewDock) is not None


def doing(weight: float, can: Callable[[Person], bool] = always) -> Callable[[Any], Any]:
    """Put a function into the table."""

    def put(do: Callable[[Person], None]) -> Callable[[Person], None]:
        DOINGS.append(Doing(do.__name__, weight, can, do))
        return do

    return put


def choose(person: Person, without: Collection[str] = ()) -> Doing:
    """Draw what is done next among what can be done now."""
    chance = person.chance
    # An order that does not depend on what can be done.
    ranked = sorted(DOINGS, key=lambda one: chance.random() ** (1 / one.weight), reverse=True)
    return next(one for one in ranked if one.name not in without and one.can(person))


def edit(person: Person) -> None:
    """Edit the cell on top from Python."""
    karyotype, chance = person.karyotype, person.chance
    assert karyotype is not None
    one = chance.choice(karyotype.present)
    kind = chance.randrange(8)
    if kind < 3:
        karyotype.move([one], chance.choice((*CLASSES, MARKERS, TRAY)))
    elif kind == 3:
        karyotype.swap(one, chance.choice(karyotype.present))
    elif kind == 4:
        karyotype.rotate([one], chance.uniform(-90, 90))
    elif kind == 5:
        karyotype.straighten([one])
    elif kind == 6:
        karyotype.review(chance.sample(karyotype.present, 2))
    else:
        karyotype.annotate(f"note {chance.randrange(99)}")
