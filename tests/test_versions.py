"""The bounds in pyproject.toml are true: the lowest of everything works, and the newest."""

import subprocess
import sys

import pytest
from support.program import ROOT


@pytest.mark.long
@pytest.mark.parametrize("which", ["lowest", "newest"])
def test_versions(which: str) -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tests/versions.py"), which], cwd=ROOT)
    assert done.returncode == 0
