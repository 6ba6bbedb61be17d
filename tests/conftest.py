"""What all tests share: napari's strictness, the display, and the real cells."""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Before napari is first imported: a widget that outlives its window, or a plugin that touches
# Qt from a thread, is an error and not a message.
os.environ["NAPARI_STRICT_QT"] = "1"
os.environ["NAPARI_ENSURE_PLUGIN_MAIN_THREAD"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:
    # Those who share the cores must not each take all of them; before torch is imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # napari writes the icons of a theme into its cache whenever it starts, not whole or not at
    # all: another one that starts meanwhile reads half of them.
    _cache = tempfile.TemporaryDirectory(prefix="napari-karyo-tests-")
    os.environ["XDG_CACHE_HOME"] = _cache.name

HERE = Path(__file__).resolve().parent
SETTING = "NAPARI_KARYO_DATA"
STAINS = ("g_band", "q_band")


def _data_folder() -> Path:
    """Return where the real cells should be, whether or not they are."""
    named = os.environ.get(SETTING)
    return Path(named) if named else HERE.parent.parent / "shared" / "data"


def _why_no_data() -> str | None:
    """Return why the real cells can't be used, or None where they can."""
    folder = _data_folder()
    missing = [
        name
        for name in ("labels.csv", *(f"{stain}.zip" for stain in STAINS))
        if not (folder / name).is_file()
    ]
    if not missing:
        return None
    return f"no {' or '.join(missing)} in {folder}; set {SETTING} to the folder of the real cells"


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a mistyped setting: it must not turn the real cells off in silence."""
    reason = _why_no_data()
    if os.environ.get(SETTING) and reason:
        raise pytest.UsageError(f"{SETTING} is set, but there is {reason}.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and skip those whose real cells are absent."""
    reason = _why_no_data()
    for item in items:
        if HERE / "gui" in item.path.parents:
            item.add_marker("gui")
        if HERE / "real" in item.path.parents:
            item.add_marker("real_data")
        if reason and item.get_closest_marker("real_data"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a window test with a reason where there is no display: Qt would end the process."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if item.get_closest_marker("gui") and sys.platform.startswith("linux") and not shown:
        pytest.fail(
            "This test opens a window and there is no display. Install Xvfb "
            "(sudo apt-get install xvfb), or leave these tests out: -m 'not gui'.",
            pytrace=False,
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that the real cells were absent."""
    reason = _why_no_data()
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "real_data" in report.keywords
    ]
    if reason and left_out:
        terminalreporter.write_line(
            f"{len(left_out)} tests on real cells did not run: {reason}", yellow=True
        )


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the real cells, with ``labels.csv`` and an archive a stain."""
    reason = _why_no_data()
    if reason:
        pytest.skip(reason)
    return _data_folder()


@pytest.fixture(scope="session")
def real_rows(data_root: Path) -> list[dict[str, str]]:
    """The rows of ``labels.csv``: stain, patient, cell, label, split, file."""
    with (data_root / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def real_cell(
    data_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Path]:
    """A function (stain, cell) that returns the folder of a real cell.

    Only the cells asked for are unpacked, each once, into pytest's own folder.
    """
    unpacked = tmp_path_factory.mktemp("real")

    def folder(stain: str, cell: str) -> Path:
        target = unpacked / stain / cell
        if target.is_dir():
            return target
        start = f"{stain}/{cell}/"
        with zipfile.ZipFile(data_root / f"{stain}.zip") as archive:
            names = [
                name
                for name in archive.namelist()
                if name.startswith(start) and not name.endswith("/")
            ]
            assert names, f"there is no cell {cell} in {stain}.zip"
            target.mkdir(parents=True)
            for name in names:
                with archive.open(name) as source, (target / Path(name).name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        return target

    return folder


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let no test write into the data folder of whoever runs it."""
    folder = tmp_path / "own-data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def small_font_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Write fonts for scripts that the program's own typeface lacks."""
    from small_fonts import write_fonts

    return write_fonts(tmp_path_factory.mktemp("fonts"))


@pytest.fixture
def use_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[tuple[Path, ...]], None]]:
    """Return what makes some font files the only ones that this system has."""
    from napari_karyo.lettering import missing, system

    def use(paths: tuple[Path, ...]) -> None:
        monkeypatch.setattr(system, "_known_to_fontconfig", lambda: list(paths))
        monkeypatch.setattr(system, "font_folders", list)
        missing.look_again()

    yield use
    monkeypatch.undo()
    missing.look_again()


@pytest.fixture
def small_fonts(
    small_font_files: tuple[Path, ...], use_fonts: Callable[[tuple[Path, ...]], None]
) -> None:
    """Make the small fonts the only ones that this system has."""
    use_fonts(small_font_files)


@pytest.fixture
def no_fonts(use_fonts: Callable[[tuple[Path, ...]], None]) -> None:
    """Take all fonts from this system."""
    use_fonts(())
