"""What a tag is checked against before it is published."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from tool_scripts import load_tool

PROJECT = Path(__file__).resolve().parent.parent
WHEEL, SOURCE = "napari_karyo-1.2.0-py3-none-any.whl", "napari_karyo-1.2.0.tar.gz"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout where everything says 1.2.0."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "dist").mkdir()
    (tmp_path / "CITATION.cff").write_text("title: t\nversion: 1.2.0\n", encoding="utf-8")
    (tmp_path / "docs" / "cite.md").write_text("  version = {1.2.0},\n", encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# C\n\n## 1.2.0 (2026-12-01)\n", encoding="utf-8")
    for name in (WHEEL, SOURCE):
        (tmp_path / "dist" / name).touch()
    return tmp_path


def said(checkout: Path, tag: str = "v1.2.0") -> list[str]:
    found: list[str] = load_tool("check_release").disagreements(tag, checkout, checkout / "dist")
    return found


def test_what_agrees_may_go_out(checkout: Path) -> None:
    assert said(checkout) == []


def test_another_tag_disagrees_with_everything(checkout: Path) -> None:
    assert len(said(checkout, "v1.3.0")) == 4


def test_a_release_without_a_date_is_refused(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("## 1.2.0 (not yet released)\n", encoding="utf-8")
    assert said(checkout) == ["CHANGELOG.md has no heading '## 1.2.0 (YEAR-MONTH-DAY)'."]


def test_a_wheel_of_an_untagged_commit_is_refused(checkout: Path) -> None:
    (checkout / "dist" / WHEEL).rename(
        checkout / "dist" / "napari_karyo-1.2.1.dev1-py3-none-any.whl"
    )
    [sentence] = said(checkout)
    assert "1.2.1.dev1" in sentence


def test_both_places_that_name_the_version_are_found_here() -> None:
    version = re.search(r"^version: (\S+)$", (PROJECT / "CITATION.cff").read_text("utf-8"), re.M)
    assert version is not None
    found = load_tool("check_release").disagreements(f"v{version[1]}")
    assert all("CHANGELOG.md" in sentence for sentence in found)


def test_workflows_run_commands_that_are_there() -> None:
    """Files, extras and groups that the workflows name exist; they can't be run here."""
    folder = PROJECT / ".github" / "workflows"
    text = "\n".join(
        str(step.get("run", ""))
        for path in sorted(folder.glob("*.yml"))
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job.get("steps", ())
    )
    scripts = set(re.findall(r"tools/\w+\.py", text))
    assert scripts
    assert all((PROJECT / script).is_file() for script in scripts)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = {
        part for found in re.findall(r'"\.\[([\w,]+)', text) for part in found.split(",") if part
    }
    assert extras
    assert extras <= set(project["project"]["optional-dependencies"])
    groups = set(re.findall(r"--group (\w+)", text))
    assert groups
    assert groups <= set(project["dependency-groups"])
