"""The set-up script: what it decides before it touches the system."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tool_scripts import load_tool

PROJECT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="asks for the user's id")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script on a bare Debian, not as root, without sudo; starting a program fails."""
    module = load_tool("bootstrap")

    def refuse(command: list[str], **_: Any) -> None:
        raise AssertionError(f"started {command}")

    monkeypatch.setattr(module.subprocess, "run", refuse)
    monkeypatch.setattr(module, "installed", lambda name: False)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(module, "VENV", Path("not there"))
    monkeypatch.setattr(module.os, "geteuid", lambda: 1000)
    there = {"dpkg-query": "/usr/bin/dpkg-query"}
    monkeypatch.setattr(module.shutil, "which", there.get)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return module


def test_tests_without_rights_name_the_line_to_type(script: ModuleType) -> None:
    with pytest.raises(SystemExit) as end:
        script.system_packages("test")
    said = str(end.value)
    assert "su -c '/usr/bin/apt-get update && /usr/bin/apt-get install" in said
    for package in ("python3-venv", "xvfb", "libxcb-cursor0", "libegl1"):
        assert f" {package}" in said


def test_a_demo_without_a_display_needs_no_window_library(script: ModuleType) -> None:
    with pytest.raises(SystemExit) as end:
        script.system_packages("demo")
    assert "python3-venv" in str(end.value)
    assert "lib" not in str(end.value)


def test_nothing_is_asked_for_where_all_is_there(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "installed", lambda name: True)
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("DISPLAY", ":0")
    script.system_packages("demo")
    script.system_packages("test")


def test_as_root_it_installs_exactly_what_is_missing(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(script.subprocess, "run", run)
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(script, "installed", lambda name: name != "libegl1")
    script.system_packages("test")
    update, install = started
    assert "update" in update
    assert [word for word in install if word.startswith(("lib", "python", "xvfb"))] == ["libegl1"]
    assert "sudo" not in install


def test_groups_are_unfolded(script: ModuleType) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    everything = script.group(groups, "dev")
    assert set(groups["test"]) < set(everything)
    assert all(isinstance(item, str) for item in everything)
