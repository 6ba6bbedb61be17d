"""Which model classifies: one of those shipped, or a weights file chosen from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from magicgui.widgets import ComboBox
from napari.utils.notifications import show_error
from qtpy.QtWidgets import QFileDialog

from napari_karyo.errors import KaryoError
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
        super().__init__(
            label="Model",
            choices=self._offered,
            value=wanted,
            tooltip="The network; 'napari-karyo train' and 'reproduce' write files of others",
        )
        self._chosen: str = wanted
        self.dialog: QFileDialog | None = None
        self.changed.connect(self._on_changed)

    def _offered(self, _widget: Any = None) -> list[tuple[str, str]]:
        from napari_karyo.models.weights import available_models

        shipped = list(available_models()) or ["default"]
        files = [name for name in self._files if name not in shipped]
        return [
            *((name, name) for name in shipped),
            *((Path(name).name, name) for name in files),
            (FROM_FILE, FROM_FILE),
        ]

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
        if path not in self._files:
            self._files.append(path)
            self.reset_choices()
        self.value = path
