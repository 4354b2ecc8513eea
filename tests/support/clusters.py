"""A Dask cluster of processes of this machine, and certificates for one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.program import ROOT


@contextmanager
def cluster_of(count: int, folder: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many workers, and its process."""
    settings = {"WORKERS": str(count), "DASK_TEMPORARY_DIRECTORY": str(folder)}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "support" / "dask_cluster.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=folder, env=os.environ | settings | environment,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address
        yield address, process.pid
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def certificates(folder: Path) -> dict[str, str]:
    """An authority, and a certificate by it, as environment variables of Dask's."""
    folder.mkdir()
    text = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    commands = [line for line in text.splitlines() if line.startswith("openssl ")]
    assert len(commands) == 3
    for command in commands:
        subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True)
    before = "DASK_DISTRIBUTED__COMM__TLS__"
    roles = {
        f"{before}{role}__{what}": str(folder / file)
        for role in ("CLIENT", "SCHEDULER", "WORKER")
        for what, file in (("KEY", "key.pem"), ("CERT", "cert.pem"))
    }
    return {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        f"{before}CA_FILE": str(folder / "ca.pem"),
        **roles,
    }
