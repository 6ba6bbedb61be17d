"""Set up everything in a fresh clone, then run the demo, the tests or the checks of the code.

    python3 tools/bootstrap.py demo [arguments for napari-karyo demo]
    python3 tools/bootstrap.py test [arguments for pytest]
    python3 tools/bootstrap.py check

Needs Python 3.11 or newer and nothing else. What is already there is not installed again, so
the second run starts at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "tools" / "constraints.txt"
STAMP = VENV / "napari-karyo.stamp"

CHECKS = [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy"],
    ["npe2", "validate", "napari-karyo"],
]

# What Qt's xcb platform and software OpenGL load and a bare Debian lacks.
WINDOW_PACKAGES = (
    "libegl1",
    "libgl1",
    "libgl1-mesa-dri",
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xfixes0",
    "libdbus-1-3",
    "libfontconfig1",
    "libglib2.0-0",
)


def main() -> int:
    """Set up, then do what the command line asks for."""
    if len(sys.argv) < 2 or sys.argv[1] not in ("demo", "test", "check"):
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036 - it is run by whatever Python is there
        print("Python 3.11 or newer is needed; this is " + sys.version.split()[0], file=sys.stderr)
        return 2
    task, arguments = sys.argv[1], sys.argv[2:]
    system_packages(task)
    python = environment()
    commands = {
        "demo": [["napari_karyo", "demo", *arguments]],
        # Two at a time, a file by one of them: windows wait for their pictures most of the time.
        "test": [["pytest", "-n", "2", "--dist", "loadfile", *arguments]],
        "check": CHECKS,
    }[task]
    worst = 0
    for command in commands:
        if task == "check":
            print("--- " + " ".join(command), flush=True)
        # The demo's picture goes where the person is; tests and checks belong to the checkout.
        where = None if task == "demo" else ROOT
        done = subprocess.run([str(python), "-m", *command], cwd=where)
        worst = max(worst, abs(done.returncode))
    return worst


def system_packages(task: str) -> None:
    """Install the Debian packages that are missing, or name the line that does."""
    if shutil.which("dpkg-query") is None:
        return  # not Debian: the desktop's own libraries are taken to be there
    wanted: list[str] = []
    if importlib.util.find_spec("ensurepip") is None and not interpreter().exists():
        wanted.append("python3-venv")
    # Without a display the demo writes a picture, which needs no library of the system.
    if task != "demo" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        wanted += [name for name in WINDOW_PACKAGES if not installed(name)]
    if task == "test" and not installed("xvfb"):
        wanted.append("xvfb")
    if not wanted:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    if os.geteuid() == 0:
        before: list[str] = []
    elif shutil.which("sudo") and quiet(["sudo", "-n", "true"]):
        before = ["sudo", "-n"]
    else:
        stop_with_line(install)
    print("Installing the system's packages: " + " ".join(wanted), flush=True)
    quiet_apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*quiet_apt, "apt-get", "update", "-q"])
    if subprocess.run([*quiet_apt, *install, "-q"]).returncode:
        stop_with_line(install)


def stop_with_line(install: list[str]) -> NoReturn:
    """Say what the person has to type, and end."""
    line = " ".join(part for part in install if part != "-y")
    typed = f"sudo apt-get update && sudo {line}"
    if os.geteuid() == 0:
        typed = f"apt-get update && {line}"
    elif shutil.which("sudo") is None:  # Debian without sudo asks for root's password
        typed = f"su -c '/usr/bin/apt-get update && /usr/bin/{line}'"
    raise SystemExit(
        "Some packages of the system are missing and could not be installed from here. Type:\n\n"
        f"    {typed}\n\nand then the same command again."
    )


def installed(package: str) -> bool:
    """Tell whether a Debian package is installed; newer releases add t64 to some names."""
    return any(
        "install ok installed"
        in subprocess.run(
            ["dpkg-query", "-W", "-f=${Status}", name], capture_output=True, text=True
        ).stdout
        for name in (package, package + "t64")
    )


def quiet(command: list[str]) -> bool:
    """Run a command without its output and tell whether it worked."""
    return subprocess.run(command, capture_output=True).returncode == 0


def interpreter() -> Path:
    """Return the environment's Python, there or not."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment() -> Path:
    """Make the virtual environment complete and return its Python."""
    import tomllib

    python = interpreter()
    project = ROOT / "pyproject.toml"
    print_of = hashlib.sha256(sys.version.encode())
    for file in (project, CONSTRAINTS, Path(__file__)):
        print_of.update(file.read_bytes())
    stamp = print_of.hexdigest()
    if python.exists() and STAMP.exists() and STAMP.read_text() == stamp:
        return python
    if not (python.exists() and quiet([str(python), "-m", "pip", "--version"])):
        print("Making the virtual environment .venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    tools = group(tomllib.loads(project.read_text(encoding="utf-8"))["dependency-groups"], "dev")
    print("Installing napari-karyo and what it needs. The first time takes minutes.", flush=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "-c", str(CONSTRAINTS), "-e", ".[all]", *tools], cwd=ROOT)
    if done.returncode:
        raise SystemExit("pip could not install everything; what it says stands above.")
    STAMP.write_text(stamp)
    return python


def group(groups: dict[str, list[str | dict[str, str]]], name: str) -> list[str]:
    """Return a dependency group with the groups it includes; Debian's pip knows none."""
    found: list[str] = []
    for entry in groups[name]:
        found += [entry] if isinstance(entry, str) else group(groups, entry["include-group"])
    return found


if __name__ == "__main__":
    sys.exit(main())
