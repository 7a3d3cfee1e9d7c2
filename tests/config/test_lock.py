from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    for name in ("bin/lock", "pyproject.toml", "requirements.lock"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def check(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "bin" / "lock"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_lock_fits_the_project(copy: Path) -> None:
    assert check(copy).returncode == 0


@pytest.mark.parametrize(
    ("name", "before", "after", "complaint"),
    [
        ("pyproject.toml", '"psutil>=7"', '"psutil>=8"', "changed since it was written"),
        ("requirements.lock", "\ndjango==", "\ndjango-not==", "django is not in it"),
        (
            "requirements.lock",
            "\namqp==",
            "\n--index-url https://example.org\namqp==",
            "names a package index",
        ),
        ("requirements.lock", " \\\n    --hash", "\n#   --hash", "has no hash"),
    ],
)
def test_a_lock_that_does_not_fit_is_refused(
    copy: Path, name: str, before: str, after: str, complaint: str
) -> None:
    text = (copy / name).read_text()
    assert before in text
    (copy / name).write_text(text.replace(before, after, 1))
    answer = check(copy)
    assert answer.returncode == 1
    assert complaint in answer.stderr
