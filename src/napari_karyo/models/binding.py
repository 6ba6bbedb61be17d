"""Modules that load Triton, imported so that a program with a window survives it."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType


def import_bound(name: str) -> ModuleType:
    """Import a module whose libraries are bound to their own functions first.

    torch's compiler imports Triton, whose library has an LLVM in it; torchvision and every
    optimizer import the compiler. Where a window has loaded Mesa's LLVM before, Triton's calls
    end in that one and the program crashes (seen with torch 2.14.1 and Mesa 22.3, and without
    this program: ``import torch._dynamo`` after a napari window). Libraries that are bound to
    their own functions first don't meet.

    Parameters
    ----------
    name : str
        Such as ``torch._dynamo``.
    """
    import torch  # noqa: F401 - its own libraries are bound as they always are

    if not hasattr(os, "RTLD_DEEPBIND"):  # another system than Linux with glibc
        return import_module(name)
    before = sys.getdlopenflags()
    sys.setdlopenflags(before | os.RTLD_DEEPBIND)
    try:
        return import_module(name)
    finally:
        sys.setdlopenflags(before)
