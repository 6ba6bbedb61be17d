"""What a person opens and classifies, and the folders and case files that there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import mouse
from drawn import UNSURE, make_cell, make_classification
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog
from random_actions_person import PLUGIN, Person, doing, edit, has_cell, has_form

from napari_karyo.case import Case
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import KaryoError
from napari_karyo.gui.actions import attempt
from napari_karyo.gui.classify.form import ClassifyForm
from napari_karyo.gui.contributions.commands import open_cell_folder, open_classify

# -- opening ------------------------------------------------------------------------


@doing(3)
def drop_a_folder(person: Person) -> None:
    name = person.chance.choice(("C1", "P1", "P1/a", "P1/b"))
    person.viewer.open(str(person.material / name), plugin=PLUGIN)


@doing(1)
def open_a_sample(person: Person) -> None:
    # The least of them costs as much as all: drawing 46 chromosomes.
    person.viewer.open_sample(PLUGIN, person.chance.choice(("g_45x", "q_46xx")))


@doing(5)
def drop_a_case(person: Person) -> None:
    name = person.chance.choice(
        ("drawn.karyo",) * 4 + ("real.karyo",) * 3 + ("held.karyo", "damaged.karyo", "P1.karyo")
    )
    path = person.material / name
    # napari tells the person why a file can't be opened; from Python it raises.
    with suppress(KaryoError, FileNotFoundError):
        person.viewer.open(str(path), plugin=PLUGIN)


@doing(1, has_cell)
def lose_a_case(person: Person) -> None:
    """Somebody moves a case file that is open here, and puts it back or doesn't."""
    case = person.session.current.case
    if case is None or not case.path.is_file():
        return
    away = case.path.with_suffix(".away")
    case.path.rename(away)
    attempt(person.session, lambda: edit(person))
    if person.chance.random() < 0.7:
        away.rename(case.path)


@doing(2)
def open_the_form(person: Person) -> None:
    open_classify(person.viewer)


@doing(1)
def ask_for_a_folder(person: Person) -> None:
    open_cell_folder(person.viewer)


@doing(4, lambda person: any(_dialogs()))
def answer_a_dialog(person: Person) -> None:
    dialog = next(_dialogs())
    if person.chance.random() < 0.5:
        dialog.reject()
    elif dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
        dialog.fileSelected.emit(str(person.one_target()))
        dialog.close()
    else:
        dialog.fileSelected.emit(str(person.material / "P1"))
        dialog.close()


def _dialogs() -> Iterator[QFileDialog]:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QFileDialog) and widget.isVisible():
            yield widget


# -- classifying --------------------------------------------------------------------


@doing(6, lambda person: has_form(person) and person.dock(ClassifyForm).start.enabled)
def classify(person: Person) -> None:
    form = person.dock(ClassifyForm)
    form.cells.value = person.chance.choice(form.cells.choices)
    form.start.native.click()


@doing(6, lambda person: has_form(person) and person.dock(ClassifyForm).worker is not None)
def cancel(person: Person) -> None:
    QTest.qWait(person.chance.randrange(200))
    person.dock(ClassifyForm).cancel.native.click()


@doing(3, lambda person: has_form(person) and person.dock(ClassifyForm).resume.visible)
def take_the_offer(person: Person) -> None:
    person.dock(ClassifyForm).resume.native.click()


@doing(2, has_form)
def choose_otherwise(person: Person) -> None:
    form = person.dock(ClassifyForm)
    box = person.chance.choice((form.cells, form.device, form.normalization, form.stain))
    value = person.chance.choice(box.choices)
    box.value = "cpu" if box is form.device else value


@doing(4, lambda person: bool(person.session.busy))
def wait_for_the_run(person: Person) -> None:
    mouse.wait_for(lambda: not person.session.busy, timeout=120)


@doing(1)
def wait_a_moment(person: Person) -> None:
    QTest.qWait(person.chance.randrange(20, 300))


# -- what there is to open ------------------------------------------------------------


def make_material(folder: Path) -> None:
    """Make what a person may open: folders of crops and case files, whole and broken."""
    from napari_karyo.inference.classify import classify as classify_cell
    from napari_karyo.io.cells import read_cell, write_cell
    from napari_karyo.simulation.sample import simulate_cell

    folder.mkdir(parents=True)
    whole = simulate_cell("46,XY", seed=4, name="C1")
    write_cell(_part(whole, 24), folder / "C1")
    for number, name in enumerate("ab"):
        cell = simulate_cell("47,XX,+21", seed=5 + number, name=name)
        write_cell(_part(cell, 8), folder / "P1" / name)
    found = classify_cell(read_cell(folder / "C1"))
    with Case.create(folder / "real.karyo", "C1") as case:
        case.add(ClassifiedCell.from_classification(found))
    with Case.create(folder / "drawn.karyo", "D1") as case:
        for name in ("cell A", "cell B"):
            drawn = make_classification(make_cell(name=name), unsure=UNSURE)
            karyotype = propose(drawn)
            case.add(ClassifiedCell(drawn, karyotype))
            for number in range(5):
                karyotype.move([number], "X")
                karyotype.rotate([number + 5], 10.0 * number)
            karyotype.undo()
    (folder / "damaged.karyo").write_bytes((folder / "drawn.karyo").read_bytes()[:3000])
    (folder / "held.karyo").write_bytes((folder / "drawn.karyo").read_bytes())


def _part(cell: Any, count: int) -> Any:
    from dataclasses import replace

    return replace(cell, chromosomes=cell.chromosomes[:count])
