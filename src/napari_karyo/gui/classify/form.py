"""The form that classifies: which cell, which model, where, start, cancel, progress.

The work itself is a `run.ClassificationRun`, which goes on where the form is closed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from magicgui.types import FileDialogMode
from magicgui.widgets import ComboBox, Container, FileEdit, Label, ProgressBar, PushButton, Widget
from napari.layers import Layer
from napari.utils.notifications import show_error, show_warning
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSizePolicy

from napari_karyo.cell import Cell, Patient, Polarity, Spread
from napari_karyo.errors import KaryoError
from napari_karyo.gui.canvas.contact_sheet import cells_in
from napari_karyo.gui.canvas.photographs import photograph_layers, read_photograph
from napari_karyo.gui.classify.model_choice import ModelChoice
from napari_karyo.gui.classify.offer import (
    BY_ITSELF,
    EVERY,
    NOTHING,
    by_patient,
    cell_choices,
    chosen_from,
    offered,
    outline_choices,
    outlined,
    sizes_of,
)
from napari_karyo.gui.classify.run import ClassificationRun, as_cell
from napari_karyo.gui.docks.case_opening import open_case
from napari_karyo.gui.notices import tell_problems
from napari_karyo.gui.session.case_files import earlier_cases
from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.widgets import let_shrink, while_alive
from napari_karyo.inference.device import DEVICES
from napari_karyo.inference.options import HELP, ClassifyOptions

if TYPE_CHECKING:
    import napari
    from napari.utils.events import Event

    from napari_karyo.inference.passes import Progress

PLUGIN = "napari-karyo"


class ClassifyForm(Container[Widget]):
    """The form that classifies the cells read into the viewer."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__(labels=True)
        self._viewer = getattr(napari_viewer, "__wrapped__", napari_viewer)
        settings = read_settings()
        self.folder = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY,
            label="Folder",
            tooltip="A folder of crops (a cell), or of such folders; or the photograph of a spread",
        )
        self.cells = ComboBox(
            label="Classify",
            choices=self._cell_choices,
            tooltip="A cell or photograph, or all",
        )
        self.outlines = ComboBox(
            label="Outlines",
            choices=self._outline_choices,
            visible=False,
            tooltip="Whose outlines of the chromosomes: as the program finds them, or those of a "
            "Labels or Shapes layer",
        )
        self.model = ModelChoice(settings.model)
        self.device = ComboBox(
            label="Device",
            choices=list(DEVICES),
            value=settings.device,
            tooltip=_sentence(HELP["device"]),
        )
        self.normalization = ComboBox(
            label="Lengths",
            choices=[("one for each cell", "cell"), ("one for the patient", "patient")],
            value=ClassifyOptions.normalization,
            tooltip=_sentence(HELP["normalization"]),
        )
        self.stain = ComboBox(
            label="Stain",
            choices=[
                (BY_ITSELF, BY_ITSELF),
                ("bright on black (Q, DAPI)", Polarity.BRIGHT.value),
                ("dark on white (G)", Polarity.DARK.value),
            ],
            value=BY_ITSELF,
            tooltip=_sentence(HELP["stain"]),
        )
        self.start = PushButton(text="Classify", tooltip="Make the karyogram")
        self.cancel = PushButton(text="Cancel", enabled=False)
        self.progress = ProgressBar(min=0, max=1, value=0, visible=False)
        self.resume = PushButton(
            text="Open its case", visible=False, tooltip="The karyograms as they were left"
        )
        for button in (self.start, self.cancel, self.resume):
            button.native.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.said = Label(value="")
        self.said.native.setWordWrap(True)
        # A file's name is shown as it is, whatever signs it holds.
        self.said.native.setTextFormat(Qt.TextFormat.PlainText)
        # magicgui lets no label shrink: a long message would force the dock wide.
        policy = self.said.native.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
        self.said.native.setSizePolicy(policy)
        for box in (self.cells, self.outlines, self.model):
            let_shrink(box.native)
        buttons = Container(widgets=[self.start, self.cancel], layout="horizontal", labels=False)
        buttons.margins = (0, 0, 0, 0)
        self.extend(
            [
                self.folder,
                self.cells,
                self.outlines,
                self.model,
                self.device,
                self.normalization,
                self.stain,
                self.resume,
                buttons,
                self.progress,
                self.said,
            ]
        )
        self.worker: ClassificationRun | None = None
        self._earlier: list[Path] = []
        self._read_last = ""
        # Not `changed`, which tells every letter typed on the way to a folder's name.
        # Enter tells both of these, in this order; leaving the field only the second.
        self.folder.line_edit.native.returnPressed.connect(self._ask_again)
        self.folder.line_edit.native.editingFinished.connect(self._read_typed)
        self.folder.choose_btn.changed.connect(self._read_typed)
        self.start.changed.connect(self.run)
        self.cancel.changed.connect(self.stop)
        self.resume.changed.connect(self.open_earlier)
        self.cells.changed.connect(self._tell_stain)
        layers = self._viewer.layers
        layers.events.inserted.connect(self._refresh)
        layers.events.removed.connect(self._refresh)
        self._refresh()

    # -- what there is --------------------------------------------------------------

    def _cell_choices(self, _widget: object = None) -> list[tuple[str, object]]:
        return cell_choices(self._viewer.layers)

    def _outline_choices(self, _widget: object = None) -> list[tuple[str, object]]:
        return outline_choices(self._viewer.layers, self.cells.value)

    @while_alive
    def _refresh(self, event: Event | None = None) -> None:
        self.cells.reset_choices()
        added = event.value if event is not None and event.type == "inserted" else None
        here = [
            one for one in offered(self._viewer.layers) if added is not None and one[0] is added
        ]
        if here:
            patient = here[0][2]
            several = patient is not None and len(patient.cells) > 1
            self.cells.value = EVERY if several and self._has_every() else added
        there = self.cells.value != NOTHING
        self.start.enabled = there and self.worker is None
        self._tell_stain()

    def _has_every(self) -> bool:
        return EVERY in self.cells.choices

    def _tell_stain(self, *_: object) -> None:
        self.outlines.reset_choices()
        self.outlines.visible = len(self.outlines.choices) > 1
        chosen = self.chosen_cells()
        stains = {one.polarity for one, _ in chosen}
        words = {Polarity.BRIGHT: "bright on black", Polarity.DARK: "dark on white"}
        if chosen and self.worker is None:
            found = " and ".join(sorted(words[stain] for stain in stains))
            self.said.value = (
                f"{_sentence(sizes_of([one for one, _ in chosen]))}, stain found: {found}."
            )
        self._offer(chosen)

    def _offer(self, chosen: list[tuple[Cell | Spread, Patient | None]]) -> None:
        """Offer the case that the chosen cells were kept in, unless it is open already."""
        paths = dict.fromkeys(
            path for one, patient in chosen for path in earlier_cases(as_cell(one), patient)
        )
        session = session_of(self._viewer)
        self._earlier = [path for path in paths if session.case_at(path) is None]
        self.resume.visible = bool(self._earlier)
        if self._earlier:
            self.resume.text = f"Open its case: {self._earlier[0].name}"
            self.said.value += " It was worked on before: its case opens as it was left."

    def open_earlier(self, *_: object) -> None:
        """Open the case files offered."""
        for path in self._earlier:
            try:
                open_case(self._viewer, path)
            except KaryoError as error:
                show_error(str(error))
        self.resume.visible = False

    def chosen_cells(self) -> list[tuple[Cell | Spread, Patient | None]]:
        """Return the cells that the form names now, each with its patient, and photographs."""
        return chosen_from(self._viewer.layers, self.cells.value)

    def _read_typed(self, *_: object) -> None:
        text = self.folder.line_edit.value.strip()
        if text and text != self._read_last:
            self.read_folder(Path(text))

    def _ask_again(self) -> None:
        """Let Enter read the same folder once more where nothing of it is in the viewer."""
        folder = Path(self._read_last).absolute()
        paths = [cell.path.absolute() for _, cell, _ in cells_in(self._viewer.layers) if cell.path]
        if not any(folder in (path, *path.parents) for path in paths):
            self._read_last = ""

    def read_folder(self, path: Path) -> None:
        """Read a folder of crops, or of cells, or a photograph into the viewer."""
        if path == Path():
            # What an empty field says; nobody means the directory napari was started in.
            show_error("Choose a folder of crops by its name.")
            return
        # Whole, as the field will show it: else the next Enter would read it once more.
        path = path.expanduser().absolute()
        self._read_last = str(path)
        with self.folder.changed.blocked():
            self.folder.value = path
        try:
            # Not Path.is_dir, which raises for a name too long on some versions of Python.
            if not os.path.isdir(path) and not os.path.isfile(path):
                show_error(f"{path}: there is no such folder. Choose a folder of crops.")
                return
            photograph = read_photograph(path) if os.path.isfile(path) else None
            if photograph is not None:
                tell_problems(photograph.name, photograph.problems)
                for data, options, kind in photograph_layers(photograph):
                    self._viewer.add_layer(Layer.create(data, options, kind))
                return
            self._viewer.open(str(path), plugin=PLUGIN)
        except (KaryoError, OSError) as error:
            show_error(str(error))
        except ValueError:
            show_error(
                f"{path}: no crops were found. Choose a folder of PNG, TIFF, BMP or JPEG "
                "crops (a cell), or a folder of such folders (a patient)."
            )

    # -- the run ----------------------------------------------------------------------

    def run(self, *_: object) -> None:
        """Classify what is chosen, in a thread."""
        chosen = self.chosen_cells()
        if not chosen:
            show_warning(
                "Open or drop a photograph of a spread, or a folder of chromosome crops, first."
            )
            return
        if self.worker is not None:
            return
        run = self.worker = ClassificationRun(
            session_of(self._viewer),
            by_patient(outlined(chosen, self.outlines.value, self.cells.value)),
            self.chosen_options(),
        )
        # psygnal holds bound methods weakly: a closed form is let go, and the run goes on.
        run.stepped.connect(self._on_step)
        run.said.connect(self._say)
        run.ended.connect(self._on_end)
        self.start.enabled = False
        self.cancel.enabled = True
        self.progress.value = 0
        self.progress.visible = True
        self.said.value = "Preparing..."
        run.start()

    def stop(self, *_: object) -> None:
        """Cancel: the run ends after the batch it is at."""
        if self.worker is not None:
            self.said.value = "Cancelling..."
            self.worker.quit()

    def chosen_options(self) -> ClassifyOptions:
        """Return what the person has chosen."""
        stain = self.stain.value
        return ClassifyOptions(
            self.model.value,
            self.device.value,
            self.normalization.value,
            None if stain == BY_ITSELF else Polarity(stain),
        )

    def choose_model(self, name: str) -> None:
        """Classify with a model from now on."""
        self.model.choose(name)

    @while_alive
    def _on_step(self, step: Progress) -> None:
        self.progress.max = max(1, step.total)
        self.progress.value = min(step.done, self.progress.max)

    @while_alive
    def _say(self, words: str) -> None:
        self.said.value = words

    @while_alive
    def _on_end(self) -> None:
        self.worker = None
        self.cancel.enabled = False
        self.progress.visible = False
        self.start.enabled = self.cells.value != NOTHING


def _sentence(words: str) -> str:
    """Return words of the shell's help as the other tooltips begin."""
    return words[0].upper() + words[1:]
