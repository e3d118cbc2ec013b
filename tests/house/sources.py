"""Where the house's own rules look: the four packages, and what git tracks."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "projections", "consumers", "milepost")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    """Every Python file of the four packages."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def functions() -> Iterator[tuple[str, int]]:
    """Where each function of the four packages stands and how many lines it has, decorators not counted."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield f"{place(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def tracked() -> list[Path]:
    """Every file that git tracks and that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def place(path: Path) -> str:
    """A file as a reader would name it."""
    return path.relative_to(ROOT).as_posix()
