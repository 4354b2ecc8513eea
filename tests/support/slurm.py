"""A Slurm of one machine, of the distribution's packages, in a folder of its own; by root."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SlurmctldPort={port}
SlurmdPort={next_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
MpiDefault=none
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def is_possible() -> bool:
    """Whether this machine has one that we may start."""
    return os.geteuid() == 0 and all(map(shutil.which, (*DAEMONS, "sbatch")))


@contextmanager
def slurm_in(folder: Path) -> Iterator[Path]:
    """Its configuration file, while it runs with two processors for its jobs."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    host = socket.gethostname().partition(".")[0]
    port = 20_000 + os.getpid() % 10_000 * 2
    configuration = folder / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, host=host, port=port, next_port=port + 1)
    )
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    munge = [f"--{name}={folder / file}" for name, file in (
        ("key-file", "munge.key"), ("socket", "munge.socket"), ("pid-file", "munged.pid"),
        ("seed-file", "seed"), ("log-file", "munged.log"),
    )]  # fmt: skip
    processes = []
    with (folder / "log").open("w") as log:
        try:
            for command in (
                ["munged", "--force", "--foreground", *munge],
                ["slurmctld", "-D", "-f", str(configuration)],
                ["slurmd", "-D", "-f", str(configuration)],
            ):
                processes.append(subprocess.Popen(command, stdout=log, stderr=log))
                time.sleep(2)
            yield configuration
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(20)
