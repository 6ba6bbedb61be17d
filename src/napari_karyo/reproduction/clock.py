"""How long a slice of the work may take."""

from __future__ import annotations

import math
import time


class Clock:
    """The time of one slice, in which something is always done, however short it is.

    Parameters
    ----------
    limit : float, optional
        Seconds from now.
    """

    def __init__(self, limit: float | None = None) -> None:
        self._until = math.inf if limit is None else time.monotonic() + limit
        self._worked = False

    @property
    def left(self) -> float | None:
        """Seconds that are left, below 0 when time is up; None without a limit."""
        return None if self._until == math.inf else self._until - time.monotonic()

    def worked(self) -> None:
        """Note that something was done, and kept, that need not be done again."""
        self._worked = True

    def up(self) -> bool:
        """Tell whether to stop here: a slice that did nothing would be called for ever."""
        return self._worked and time.monotonic() >= self._until
