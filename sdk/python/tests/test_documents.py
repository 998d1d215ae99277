"""What people are shown runs: the README of this package, and the example in the style of a notebook."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List, Tuple

import pytest

from pictures import png

PACKAGE = Path(__file__).parents[1]
REPOSITORY = PACKAGE.parents[1]
FENCE = re.compile(r"^```(\w+) *(.*)\n([\s\S]*?)^```$", re.MULTILINE)
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
BLOCKS: List[Tuple[str, str, str]] = FENCE.findall(README)
EXAMPLES = [text for language, label, text in BLOCKS if language == "python" and label != "no-run"]


@pytest.fixture
def folder(tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As the README describes it."""
    (tmp_path / "photo.jpg").write_bytes(png(640, 480))
    for language, name, text in BLOCKS:
        if language == "csv":
            (tmp_path / name).write_text(text.replace("http://127.0.0.1:8000", service))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_readme_run(number: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(EXAMPLES[number], "README.md", "exec"), {"__name__": "__main__"})
    assert "None" not in capsys.readouterr().out


def test_the_rest_of_the_examples_is_python() -> None:
    for language, _, text in BLOCKS:
        if language == "python":
            compile(text, "README.md", "exec")


def test_the_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path, service: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
    script = REPOSITORY / "examples/python-notebook/shops.py"
    done = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert f"Service: {service}" in shown and "3 questions to" in shown
    assert "3 answered, 1 failed" in shown and "Page 2" in shown
    assert "  shop 17: PELLOWICK\n" in shown and "  shop 20: The row holds no" in shown
    assert "Failed by cause: {'invalid_url': 1}" in shown
    header, *rows = (tmp_path / "signs.csv").read_text(encoding="utf-8").splitlines()
    assert header.endswith(",sign,open,shop") and len(rows) == 4
    assert rows[0].endswith(",PELLOWICK,true,17")
