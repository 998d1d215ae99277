"""The package as it is installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]
MISSING = [name for name in ("pip", "setuptools", "wheel") if importlib.util.find_spec(name) is None]

# With CI=true nothing is left out: there it fails.
pytestmark = pytest.mark.skipif(
    bool(MISSING) and os.environ.get("CI") != "true", reason=f"Python has no {', '.join(MISSING)}"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """By pip, of a copy, since building leaves something behind; with what is on this machine, and no network."""
    folder = tmp_path_factory.mktemp("package")
    copy, target = folder / "copy", folder / "installed"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("tests", "__pycache__", "*.egg-info", "build"))
    offline = ["--no-build-isolation", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", *offline, "--target", str(target), str(copy)]
    subprocess.run(pip, check=True, capture_output=True)
    return target


def test_it_has_all_its_modules_its_types_and_nothing_else(installed: Path) -> None:
    source = PACKAGE / "src"
    files = [*source.rglob("*.py"), source / "fovea/py.typed"]
    expected = {path.relative_to(source) for path in files}
    found = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    assert {path for path in found if path.parts[0] == "fovea"} == expected
    assert {path.parts[0] for path in found} == {"fovea", "fovea-0.1.0.dist-info"}


def test_it_says_what_it_needs_and_under_which_licence(installed: Path) -> None:
    metadata = (installed / "fovea-0.1.0.dist-info/METADATA").read_text()
    for line in ("Name: fovea", "Requires-Python: >=3.9", "License: MIT", "Requires-Dist: httpx"):
        assert f"\n{line}" in metadata
    assert metadata.count("\nRequires-Dist: ") == 1 and "# fovea for Python" in metadata
    assert "MIT License" in (installed / "fovea-0.1.0.dist-info/LICENSE").read_text()


def test_it_is_imported_from_where_it_is_installed(installed: Path) -> None:
    code = "import fovea; from fovea import *; print(fovea.__file__, fovea.__version__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=installed, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(installed / "fovea/__init__.py"), "0.1.0"]
