"""Which shape the page on the canvas has: as it is printed, or for the window.

What is exported has the printed shape, whatever the window shows.
"""

from __future__ import annotations

from napari_karyo.gui.session.settings import keep_page_for_window, read_settings
from napari_karyo.karyogram.layout import Layout
from napari_karyo.karyogram.page import PRINTED
from napari_karyo.karyogram.window_shape import Room, window_shape


class PageShaping:
    """The shape of the page in one window, and what the person wants of it.

    Attributes
    ----------
    for_window : bool
        Whether the page is laid out for the window.
    shape : PageShape
        What was chosen last.
    waits : bool
        Whether another one was chosen while the person was at work on the page.
    """

    def __init__(self) -> None:
        self.for_window = read_settings().page_for_window
        self.shape = PRINTED
        self.waits = False
        self._anew = True

    def toggle(self) -> None:
        """Choose the other, in the windows to come too."""
        self.for_window = not self.for_window
        self._anew = True
        keep_page_for_window(self.for_window)

    def choose(self, room: Room, layout: Layout, at_work: bool) -> bool:
        """Choose the shape for what there is room for.

        Parameters
        ----------
        room : Room
        layout : Layout
            Of the cell that is shown, as it stands now.
        at_work : bool
            Whether the person is at work on the page: it must not move then.

        Returns
        -------
        bool
            Whether it is another one than the layout has.
        """
        wanted = PRINTED
        if self.for_window:
            wanted = window_shape(room, layout.deciding, None if self._anew else layout.shape)
        self.waits = at_work and wanted != layout.shape
        if at_work:
            return False
        self.shape, self._anew = wanted, False
        return wanted != layout.shape
