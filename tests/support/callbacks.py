"""Somebody's trainings in processes of their own: frameworks change much when they are imported."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support.program import ROOT


def needs(*libraries: str) -> pytest.MarkDecorator:
    """Skips where one of them isn't installed."""
    missing = [library for library in libraries if find_spec(library) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def trained(framework: str, what: str, folder: Path, **environment: str) -> Any:
    """What `train_FRAMEWORK.py` tells of a training in `folder`."""
    script = ROOT / "tests" / "api" / "callbacks" / f"train_{framework}.py"
    done = subprocess.run(
        [sys.executable, script, what],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT / "tests")} | environment,
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
