"""Where a cluster is, and what opens it, stands in nothing that is left behind."""

import os
import signal
from pathlib import Path

import pytest
from support.clusters import certificates, cluster_of
from support.many import begin, wait_until
from support.program import Fitreel

pytest.importorskip("distributed")
pytestmark = pytest.mark.long

MODULE = """
import os, torch
class Own(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
class Ends(Own):
    def __init__(self):
        os.kill(os.getpid(), 9)
"""
JOB = """
[train]
epochs = 20
[film]
size = [640, 360]
duration = 0.5
[compare]
panel = [
  {label = "one", "network.module" = "net.py:Own"},
  {label = "two", seed = 2},
  {label = "no device", "train.device" = "cuda:15"},
  {label = "dies", "network.module" = "net.py:Ends"},
]
"""
MADE = ("film.mp4", "film.png", "film.html", "film.pdf", "film.srt")


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_address_nor_certificates_are_in_logs_records_and_films(
    program: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    home, there = tmp_path / "home", tmp_path / "there"
    home.mkdir()
    there.mkdir()
    (home / "net.py").write_text(MODULE)
    (home / "job.toml").write_text(JOB)
    settings = certificates(tmp_path / "secret")
    monkeypatch.chdir(home)

    def run(*arguments: str) -> "tuple[int, str]":
        log = ("--log", str(home / "log"), "--log-format", form)
        done = program(*arguments, *log, cwd=home, timeout=300)
        return done.returncode, done.stdout + done.stderr

    said = []
    with cluster_of(1, there, PROTOCOL="tls://", **settings) as (address, scheduler):
        train = ("train", "--vary", "seed=1,2", "--set", "train.epochs=1000000")
        said.append(run(*train, "--cluster", address))  # who shows none
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        outputs = [part for name in MADE for part in ("-o", name)]
        tables = ("--table", "ranking.json", "--table", "ranking.csv")
        said.append(run("compare", "job.toml", *outputs, *tables, "--cluster", address))
        said.append(run(*train, "--cluster", address.replace("tls", "tcp")))
        log = ("--log", "log", "--log-format", form)
        process = begin(home, *train, "--cluster", address, *log)
        wait_until(lambda: list(home.glob("runs/.demo-*.lock")))
        os.kill(scheduler, signal.SIGKILL)
        said.append((process.wait(60), "".join(process.communicate())))
    said.append(run(*train, "--cluster", address))
    assert [code for code, _ in said] == [69, 74, 69, 69, 69], said
    assert "needs certificates" in said[0][1] and "scheduler is gone" in said[3][1]
    assert all((home / name).stat().st_size for name in MADE)
    left = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert len(left) > 12 and b"dies: " in left[home / "log"]
    secrets = (address, address.partition("://")[2], "secret", "ca.pem", str(there))
    for secret in secrets:
        assert not [path for path, content in left.items() if secret.encode() in content], secret
        assert not [line for _, line in said if secret in line], secret
