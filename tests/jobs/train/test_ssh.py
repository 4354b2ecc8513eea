"""Three hosts over ssh, by the commands of docs/cluster.md; each sees its own folder only."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.hosts import HOME, Host, are_possible, hosts
from support.many import assert_same, records, wait_until
from support.program import FITREEL, ROOT, Fitreel

pytest.importorskip("distributed")
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not are_possible(), reason="no namespaces here, or not root"),
    pytest.mark.skipif(not Path(SSHD).exists(), reason="no sshd here"),
]
NAMES = ("one", "two", "three")
SWEEP = "[train]\nepochs = 300\n[compare.vary]\nseed = [1, 2, 3, 4, 5, 6, 7, 8]\n"
CONFIG = "IdentityFile {home}/.ssh/key\nStrictHostKeyChecking accept-new\nLogLevel ERROR\n"


def commands() -> list[str]:
    """Those of the section, in its order, and of the sentence about firewalls."""
    text = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    section = text.partition("## Three hosts over ssh")[2].partition("## ")[0]
    block = section.partition("```bash\n")[2].partition("```")[0]
    return [
        *block.strip().splitlines(),
        section.partition("behind a firewall,\n`")[2].partition("`")[0],
    ]


def install(host: Host) -> None:
    """A clone of ours there, as far as these commands need it."""
    bin_ = host.folder / "fitreel" / ".venv" / "bin"
    bin_.mkdir(parents=True)
    for name, command in (("dask", [sys.executable, "-m", "dask"]), ("fitreel", FITREEL)):
        words = " ".join(f"'{word}'" for word in command)
        (bin_ / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (bin_ / name).chmod(0o755)
    (host.folder / ".config" / "dask").mkdir(parents=True)
    settings = f"temporary-directory: {HOME}\n"
    (host.folder / ".config" / "dask" / "own.yaml").write_text(settings)


def connect(one: Host, others: list[Host], key: Path) -> None:
    """Let `one` reach the others by name, over ssh."""
    Path("/run/sshd").mkdir(exist_ok=True)
    users = Path("/etc/passwd").read_text().splitlines()
    users = [each for each in users if not each.startswith("root:")]
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    lines = [f"{host.address} {name}" for host, name in zip(others, NAMES, strict=True)]
    for host in (one, *others):
        host.put_in_etc("passwd", "\n".join([f"root:x:0:0:root:{HOME}:/bin/sh", *users, ""]))
        host.put_in_etc("hosts", "\n".join(["127.0.0.1 localhost", *lines, ""]))
    for host in others:
        (host.folder / "authorized").write_text(key.with_suffix(".pub").read_text())
        shutil.copy(key, host.folder / "host_key")
        host.begin(
            *(SSHD, "-D", "-h", f"{HOME}/host_key", "-f", "/dev/null", "-o", "StrictModes=no"),
            *("-o", f"AuthorizedKeysFile={HOME}/authorized", "-o", "PidFile=none"),
        )
    (one.folder / ".ssh").mkdir(mode=0o700)
    shutil.copy(key, one.folder / ".ssh" / "key")
    (one.folder / ".ssh" / "config").write_text(CONFIG.format(home=HOME))


def test_three_hosts_over_ssh_as_documented(program: Fitreel, tmp_path: Path) -> None:
    scheduler, *workers, train, compare, forward = commands()
    assert len(workers) == 2 and forward.startswith("ssh -N -L 8786:")
    with hosts(4, tmp_path) as (*others, here):
        for host in (*others, here):
            install(host)
        connect(here, others, tmp_path / "key")
        (here.folder / "sweep.toml").write_text(SWEEP)

        def shell(command: str) -> "subprocess.Popen[str]":
            return here.begin("sh", "-c", f"PATH={HOME}/fitreel/.venv/bin:$PATH; {command}")

        for command in (scheduler, *workers):
            assert "--nworkers 8" in command or command is scheduler
            shell(command.replace("--nworkers 8", "--nworkers 2"))
        wait_until(lambda: list(others[2].folder.rglob("worker-*")), 100)
        done = shell(f"{train} --wait")
        said, errors = done.communicate(timeout=300)
        assert (done.returncode, errors) == (0, ""), said
        assert "trained on host2" in said and "trained on host3" in said
        done = shell(compare)
        said, errors = done.communicate(timeout=300)
        assert (done.returncode, errors) == (0, "") and "8 of 8 configurations" in said
        # From behind a firewall: by the one port of the first host that ssh forwards.
        shell(forward)
        through = train.replace("tcp://one:8786", "tcp://localhost:8786")
        assert through != train
        done = shell(f"sleep 2; {through} --runs through")
        said, errors = done.communicate(timeout=300)
        assert (done.returncode, errors) == (0, ""), said
        assert len(records(here.folder / "through")) == 8
        assert not [path for host in others for path in host.folder.rglob("run.json")]
    (tmp_path / "sweep.toml").write_text(SWEEP)
    assert program("train", "sweep.toml", timeout=300).returncode == 0
    assert_same(tmp_path / "runs", here.folder / "runs")
    assert_same(tmp_path / "runs", here.folder / "through")
