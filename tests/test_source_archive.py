"""The source archive holds what the repository holds: who unpacks it can run all tests."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from support.program import ROOT, source_files

BUILD = "from setuptools import build_meta; build_meta.build_sdist({folder!r})"


def test_the_archive_holds_all_files(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    clone = tmp_path / "clone"
    for name in source_files():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name, follow_symlinks=False)
    code = BUILD.format(folder=str(tmp_path / "dist"))
    subprocess.run([sys.executable, "-c", code], cwd=clone, capture_output=True, check=True)
    (archive,) = (tmp_path / "dist").iterdir()
    with tarfile.open(archive) as tar:
        members = {member.name.partition("/")[2] for member in tar if member.isfile()}
        assert all(member.isfile() or member.isdir() for member in tar)
    # Links to folders, for the type checker, would bring all code once more.
    missing = {name for name in source_files() if not name.startswith(".typing/")} - members
    assert not missing
    made = {"PKG-INFO", "setup.cfg"}
    assert not {name for name in members - {*source_files()} - made if ".egg-info/" not in name}
