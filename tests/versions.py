"""The lowest versions that pyproject.toml allows, and the newest: each installed, and tried.

    python tests/versions.py lowest|newest [TESTS…]

Makes a venv of its own under the temporary folder, with the Python that runs this, installs into
it, and runs the quick part of the tests. torch is what `FITREEL_TORCH` says ("torch==2.13.0"):
an older one is gigabytes, so of it the lower bound isn't tried here.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/test_demo.py", "tests/jobs/test_other_systems.py", "tests/render/output")
TORCH = os.environ.get("FITREEL_TORCH", "torch==2.13.0")


def requirements(which: str) -> list[str]:
    """What pip is asked for: the bounds themselves, or with == the lowest that they allow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    tests = [it for it in project["optional-dependencies"]["test"] if it.startswith("pytest")]
    tests += [it for it in project["optional-dependencies"]["test"] if it.startswith("hypothesis")]
    others = [*project["dependencies"], *tests]
    if which == "lowest":
        others = [re.sub(r">=", "==", it) for it in others]
    return [TORCH, *others]


def main() -> None:
    """Install and run; the exit code is that of the tests."""
    which, *tests = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="fitreel-versions-") as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        pip = [str(python), "-m", "pip", "install", "-q"]
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        subprocess.run([*pip, *requirements(which)], check=True)
        subprocess.run([*pip, "--no-deps", str(ROOT)], check=True)
        # What one library of some age says of another's is no error of ours.
        command = [str(python), "-m", "pytest", "-n", "1", "-W", "default", *(tests or TESTS)]
        sys.exit(subprocess.run(command, cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
