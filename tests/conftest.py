"""Fixtures for all tests, and where the real cells are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_CHECKOUT = Path(__file__).resolve().parent.parent
_wanted_and_absent: set[str] = set()


def real_data() -> Path:
    """Return the folder of the real cells, there or not."""
    named = os.environ.get("NAPARI_KARYO_DATA")
    return Path(named) if named else _CHECKOUT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder with ``labels.csv`` and the archives of real crops."""
    root = real_data()
    if not (root / "labels.csv").is_file():
        pytest.skip("real cells absent: set NAPARI_KARYO_DATA to the folder with labels.csv")
    return root


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Remember which tests went without the real cells."""
    report = yield
    if item.get_closest_marker("real_data") and report.skipped:
        _wanted_and_absent.add(item.nodeid)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line whether the real cells were there."""
    there = (real_data() / "labels.csv").is_file()
    text = (
        "real cells: present"
        if there
        else f"real cells: absent, {len(_wanted_and_absent)} tests skipped "
        "(NAPARI_KARYO_DATA names their folder)"
    )
    terminalreporter.write_line(text)
