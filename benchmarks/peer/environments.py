"""Environments for peers that need packages of their own: made when asked for, one each, and thrown away unless a folder is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements-peers.txt"
MINUTES = 10


class NotInstalled(RuntimeError):
    """A peer's package could not be had; the message says why."""


def requirement(package: str) -> str:
    """The line of ``requirements-peers.txt`` for a package."""
    lines = [line.strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()]
    return next(line for line in lines if line.partition("==")[0] == package)


def python_with(package: str, folder: Path) -> str:
    """The interpreter of an environment that has the package, made in ``folder`` where it is not there yet. Raises NotInstalled."""
    place = folder / package
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if _installed(python, requirement(package)):
        return str(python)
    _run([sys.executable, "-m", "venv", "--clear", str(place)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement(package)])
    return str(python)


def _installed(python: Path, wanted: str) -> bool:
    name, _, version = wanted.partition("==")
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", ask], capture_output=True, text=True).stdout.strip() == version


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MINUTES * 60)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"installing took more than {MINUTES} minutes") from None
    if done.returncode:
        errors = [line for line in (done.stderr + done.stdout).splitlines() if "ERROR" in line or "Error" in line]
        raise NotInstalled((errors or [f"{command[0]} ended with code {done.returncode}"])[-1])
