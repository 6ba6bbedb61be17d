"""Which model classifies: one of those shipped, or a weights file chosen from disk."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from magicgui.widgets import ComboBox
from napari.utils.notifications import show_error
from qtpy.QtWidgets import QFileDialog

from napari_karyo.errors import KaryoError
from napari_karyo.gui.session.model_list import model_list
from napari_karyo.gui.widgets import while_alive

#: The last choice; taken, it asks for a file.
FROM_FILE = "from a file..."


class ModelChoice(ComboBox):  # type: ignore[misc]
    """A list of models that can be made longer by a file.

    Parameters
    ----------
    wanted : str
        The name or file set in the preferences, chosen first.
    """

    def __init__(self, wanted: str) -> None:
        self._files = [wanted]
        self._chosen: str = wanted
        self._named = _shipped()
        super().__init__(
            label="Model",
            choices=self._offered,
            value=wanted,
            tooltip="The network; 'napari-karyo train' and 'reproduce' write files of others",
        )
        self.dialog: QFileDialog | None = None
        self.changed.connect(self._on_changed)
        # psygnal holds bound methods weakly: a closed form is let go.
        model_list.changed.connect(self._on_models)

    def _offered(self, _widget: object = None) -> list[tuple[str, str]]:
        shipped = _shipped()
        files = [name for name in self._files if name not in shipped]
        labels = _labels(files, (*shipped, FROM_FILE))
        return [
            *((name, name) for name in shipped),
            *((labels[name], name) for name in files),
            (FROM_FILE, FROM_FILE),
        ]

    def reset_choices(self, *_: object) -> None:
        """Make the list anew, with the same model chosen."""
        with self.changed.blocked():
            # Emptied first: magicgui keeps the places of labels that stay, so a new file
            # would come after the question, and a choice whose label grows would be lost.
            self.choices = ()
            super().reset_choices()
            self.value = self._chosen

    def choose(self, name: str) -> None:
        """Choose a model by its name."""
        self._on_models()
        if name in self.choices:
            self.value = name

    @while_alive
    def _on_models(self) -> None:
        """Offer what was adopted, and no longer what was removed."""
        gone = set(self._named) - set(_shipped())
        self._named = _shipped()
        self._files = [name for name in self._files if name not in gone]
        if self._chosen in gone:
            self._chosen = self._named[0]
        self.reset_choices()

    def _on_changed(self, value: str) -> None:
        if value != FROM_FILE:
            self._chosen = value
            return
        # Until a file is chosen, the model that was: nothing can be run with a question.
        self.value = self._chosen
        dialog = QFileDialog(self.native, "Choose a model", "", "Weights (*.safetensors)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take)
        self.dialog = dialog
        dialog.open()

    @while_alive
    def take(self, path: str) -> None:
        """Offer a weights file and choose it, or say why it can't be used."""
        from napari_karyo.models.weights import load_weights

        try:
            load_weights(path)
        except (KaryoError, OSError) as error:
            show_error(str(error))
            return
        if path not in self.choices:
            # The same file may be spelt otherwise in the preferences.
            known = {_place(name): name for name in self._files if name not in _shipped()}
            path = known.setdefault(_place(path), path)
            if path not in self._files:
                self._files.append(path)
                self.reset_choices()
        self.value = path


def _shipped() -> tuple[str, ...]:
    from napari_karyo.models.weights import available_models

    return available_models() or ("default",)


def _place(path: str) -> str:
    """Return one spelling of a file's place.

    Links are not followed: one may lead to another file tomorrow, so it is another choice.
    """
    return os.path.normcase(os.path.abspath(path))


def _labels(files: Collection[str], taken: Collection[str]) -> dict[str, str]:
    """Return a label for each file, with as many of its folders as tell it from the others.

    Parameters
    ----------
    files : collection of str
        Their paths, each of another place.
    taken : collection of str
        Labels of other choices.
    """
    folders = {file: Path(os.path.abspath(file)).parent.parts for file in files}
    depths = dict.fromkeys(files, 0)
    while True:
        labels = {}
        for file, depth in depths.items():
            inside = f" ({Path(*folders[file][-depth:])})" if depth else ""
            labels[file] = Path(file).name + inside
        count = Counter([*taken, *labels.values()])
        alike = [
            file
            for file, depth in depths.items()
            if count[labels[file]] > 1 and depth < len(folders[file])
        ]
        if not alike:
            return labels
        for file in alike:
            depths[file] += 1
