"""The dock in which a laboratory makes its own model: a tab for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qtpy.QtCore import QSize, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from napari_karyo.gui.docks.own_model.collect_tab import CollectTab
from napari_karyo.gui.docks.own_model.models_tab import ModelsTab
from napari_karyo.gui.docks.own_model.next_tab import NextTab
from napari_karyo.gui.docks.own_model.prove_tab import ProveTab
from napari_karyo.gui.docks.own_model.train_tab import TrainTab
from napari_karyo.gui.docks.showing import OWN_MODEL, current, show_dock, stand_together
from napari_karyo.gui.session.model_list import model_list
from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.session.window import attend
from napari_karyo.gui.widgets import quiet_tabs, scrolled, while_alive
from napari_karyo.models.own import OwnModel
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.training_folder import TrainingFolder, trainings

if TYPE_CHECKING:
    import napari

#: In which the table of cells is read.
_LEAST_WIDTH: Final = 470

COLLECT, TRAIN, PROVE, MODELS, NEXT = "Collect", "Train", "Prove", "Models", "Next"


class OwnModelDock(QWidget):
    """From corrected and signed cells to a model that is proved better, step by step."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        bare = getattr(napari_viewer, "__wrapped__", napari_viewer)
        self.session = session_of(bare)
        self._joined = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.collect = CollectTab(self.session)
        self.train = TrainTab(bare, self.session)
        self.prove = ProveTab(self.session)
        self.models = ModelsTab(self.session)
        self.next = NextTab(self.session)
        self.tabs = quiet_tabs(
            {
                COLLECT: scrolled(self.collect),
                TRAIN: scrolled(self.train),
                PROVE: self.prove,
                MODELS: scrolled(self.models),
                NEXT: scrolled(self.next),
            }
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.tabs, 1)
        self.setObjectName(OWN_MODEL)
        self.collect.collected.connect(self._on_collected)
        self.train.ended.connect(self._on_trained)
        self.prove.adopted.connect(self._on_adopted)
        self.prove.show_training(next((one for one in trainings() if one.finished), None))
        if self.train.training is not None and not self.train.training.finished:
            self.show_tab(TRAIN)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a width in which the table of cells is read."""
        return QSize(540, 640)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size: what is higher scrolls."""
        return QSize(_LEAST_WIDTH, 300)

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Follow the window that it is shown in, also where napari's menu opened it."""
        super().showEvent(a0)
        if self.session.viewer_is_open:
            attend(self.session, self)
            # Not while Qt is still laying it out.
            QTimer.singleShot(0, self._join)

    @while_alive
    def _join(self) -> None:
        """Stand behind the review dock: napari's menu puts it below, where half is seen of both."""
        if not self._joined:
            self._joined = True
            stand_together(self.session.viewer, self)

    def show_tab(self, name: str) -> None:
        """Show a tab by the word on it; nothing happens where there is none of that name."""
        for place in range(self.tabs.count()):
            if self.tabs.tabText(place) == name:
                self.tabs.setCurrentIndex(place)

    @while_alive
    def _on_collected(self, collection: Collection | None) -> None:
        self.train.consider(collection)
        self.next.consider(collection)

    @while_alive
    def _on_trained(self, training: TrainingFolder) -> None:
        self.prove.show_training(training)
        self.next.look_back()
        self.show_tab(PROVE)

    @while_alive
    def _on_adopted(self, model: OwnModel) -> None:
        model_list.changed.emit()
        self.models.choose(model.name)
        self.show_tab(MODELS)


def open_own_model(viewer: napari.Viewer | None = None) -> OwnModelDock:
    """Open the dock, or bring it forward."""
    return show_dock(current(viewer), OWN_MODEL, OwnModelDock)
