"""One thread at a time has a network: classification and saliency share the loaded one.

Both move it between devices, and saliency switches a setting of CuDNN that holds for the
whole process. So there is one lock for all networks, and it is held for one batch, so that
the saliency of one chromosome need not wait for a whole patient.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_next, _turn = threading.Lock(), threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Have the networks alone for a batch; what is done in it must not ask for a turn again.

    Threads take turns: who asks again at once comes after those who wait already.
    """
    with _next:
        _turn.acquire()
    try:
        yield
    finally:
        _turn.release()
