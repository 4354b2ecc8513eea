"""Hosts on this machine: namespaces of network, processes, names and mounts; by root."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path("/mnt")
"""The folder that each host sees as its own; on this machine they lie side by side."""


def are_possible() -> bool:
    """Whether this machine has them."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "unshare", "nsenter"))):
        return False
    name = f"ft{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode == 0
    return made and subprocess.run(["ip", "netns", "del", name]).returncode == 0


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


class Host:
    """One of them: what runs there, and how its power is cut."""

    def __init__(self, switch: str, number: int, folder: Path) -> None:
        """Connect it; it calls itself `hostNUMBER`."""
        self.name, self.folder = f"host{number}", folder
        self.address = f"10.77.0.{number}"
        self._space = f"{switch}-{number}"
        self._etc = Path("/etc/netns", self._space)  # which ip lays over what is in /etc
        folder.mkdir()
        ip("netns", "add", self._space)
        ip("-n", switch, "link", "add", f"port{number}", "type", "veth",
           "peer", "name", "eth0", "netns", self._space)  # fmt: skip
        ip("-n", switch, "link", "set", f"port{number}", "master", "bridge", "up")
        ip("-n", self._space, "addr", "add", f"{self.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", self._space, "link", "set", device, "up")
        ip("-n", self._space, "route", "add", "default", "dev", "eth0")
        self._processes: list[subprocess.Popen[str]] = []

    def begin(self, *command: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a command there, in its folder; with it, whatever it starts ends, too."""
        inside = f'hostname {self.name}; mount --bind "$0" {HOME}; cd {HOME}; exec "$@"'
        process = subprocess.Popen(
            ["ip", "netns", "exec", self._space, "unshare", "--mount", "--uts", "--pid", "--fork",
             "--kill-child", "--mount-proc", "sh", "-c", inside, str(self.folder), *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | environment,
        )  # fmt: skip
        self._processes.append(process)
        return process

    def put_in_etc(self, name: str, text: str) -> None:
        """Have what begins there from now on find another file in /etc."""
        self._etc.mkdir(parents=True, exist_ok=True)
        (self._etc / name).write_text(text)

    def cut_power(self) -> None:
        """Nobody hears of it: its network goes before its processes do."""
        ip("-n", self._space, "link", "set", "eth0", "down")
        self.end()

    def boot(self) -> None:
        """Have it back in the network, with nothing of what it had."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        ip("-n", self._space, "link", "set", "eth0", "up")

    def end(self) -> None:
        """Kill all that runs there."""
        for process in self._processes:
            process.send_signal(signal.SIGKILL)  # and by --kill-child the first of its namespace
            process.communicate()
        self._processes.clear()

    def close(self) -> None:
        """Take it away."""
        self.end()
        shutil.rmtree(self._etc, ignore_errors=True)
        ip("netns", "del", self._space)


def signal_to(process: "subprocess.Popen[str]", number: int) -> None:
    """Send a signal to the command that `Host.begin` has started."""
    inside = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(inside[0]), number)


@contextmanager
def hosts(count: int, folder: Path) -> Iterator[list[Host]]:
    """So many hosts, connected by a switch; their folders lie in `folder`."""
    switch = f"ft{os.getpid()}"
    ip("netns", "add", switch)
    made: list[Host] = []
    try:
        ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        ip("-n", switch, "link", "set", "bridge", "up")
        for number in range(1, count + 1):
            made.append(Host(switch, number, folder / f"host{number}"))
        yield made
    finally:
        for host in made:
            host.close()
        ip("netns", "del", switch)
