"""What decoders say while a file is read, kept from the screen and put into the log."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_log = logging.getLogger(__name__)

#: Loggers of the decoders; what they say of a damaged file is said by this program.
_DECODERS = ("tifffile", "PIL.Image", "PIL.PngImagePlugin", "PIL.TiffImagePlugin")

#: The warnings' machinery of Python is one for all threads, so that reads take turns.
_turn = threading.RLock()

#: Words of warnings that are about what is written beside a picture, not about its pixels.
_BESIDE = ("EXIF", "Metadata", "MPO", "ICC", "iCCP")


class _OfThisThread(logging.Filter):
    """Turn away what the thread that made it says, and keep it at the level of debugging."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        _log.debug("%s: %s", record.name, record.getMessage())
        return False


@contextmanager
def quiet_decoders() -> Iterator[list[str]]:
    """Keep log messages and warnings of decoders, in this thread, from the person.

    Yields
    ------
    list of str
        Filled with the warnings of which a picture can't be trusted. Those about a
        decoder's own future, and about what is written beside a picture, are not among
        them.
    """
    told: list[str] = []
    mine = threading.get_ident()
    turned_away = _OfThisThread()
    with _turn, warnings.catch_warnings():
        warnings.simplefilter("always")
        shown = warnings.showwarning

        def keep(message: Warning | str, category: type[Warning], *place: Any) -> None:
            if threading.get_ident() != mine:
                shown(message, category, *place)
                return
            _log.debug("%s: %s", category.__name__, message)
            future = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
            if not issubclass(category, future) and not any(
                word in str(message) for word in _BESIDE
            ):
                told.append(str(message))

        warnings.showwarning = keep  # type: ignore[assignment]
        loggers = [logging.getLogger(name) for name in _DECODERS]
        for logger in loggers:
            logger.addFilter(turned_away)
        try:
            yield told
        finally:
            for logger in loggers:
                logger.removeFilter(turned_away)
