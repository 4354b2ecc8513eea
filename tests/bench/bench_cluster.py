"""What a cluster costs beside the local pool: `python tests/bench/bench_cluster.py [--count N]`.

Processor's time of all processes together, the scheduler's and its two workers' included, but not
their start, nor what they use before the command begins. It means something on a busy machine, too.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.program import FITREEL, ROOT

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(process: int) -> float:
    """Of a process and all below it, those that have ended included."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    total, left = 0, [process]
    while left:
        total += ticks.get(left[-1], 0)
        left += children.get(left.pop(), [])
    return total / TICKS


def train(count: int, *more: str) -> tuple[float, float]:
    """Seconds of a command that trains so many, and its memory at most, in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seeds = ("--vary", f"seed=0..{count - 1}")
    subprocess.run([*FITREEL, "train", *seeds, *more, "-q"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, after.ru_maxrss / 1024


def on_a_cluster(count: int, folder: Path, *more: str) -> tuple[float, float]:
    command = [sys.executable, str(ROOT / "tests" / "support" / "dask_cluster.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=os.environ | {"DASK_TEMPORARY_DIRECTORY": str(folder)},
    ) as cluster:  # fmt: skip
        assert cluster.stdin and cluster.stdout
        address = cluster.stdout.readline().strip()
        before = seconds_of(cluster.pid)
        used, memory = train(count, "--cluster", address, *more)
        used += seconds_of(cluster.pid) - before
        cluster.stdin.close()
    return used, memory


def main() -> None:
    """Print both rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="short trainings")
    parser.add_argument("--demos", type=int, default=64, help="trainings of the demo's length")
    options = parser.parse_args()
    count, demos = options.count, options.demos
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        os.chdir(room)
        pool, _ = train(demos, "--runs", "one", "--workers", "2")
        cluster, _ = on_a_cluster(demos, room, "--runs", "two")
        print(f"{demos} demo trainings, cluster : pool | <= 1.25 | {cluster / pool:.2f} x")
        pool, _ = train(count, "--runs", "three", "--workers", "2", "--set", "train.epochs=20")
        short = ("--runs", "four", "--set", "train.epochs=20")
        cluster, memory = on_a_cluster(count, room, *short)
        print(
            f"{count} trainings of 20 epochs on a cluster | <= 40 ms | "
            f"{1000 * cluster / count:.1f} ms each | pool {1000 * pool / count:.1f}, "
            f"the command's memory at most {memory:.0f} MB"
        )


if __name__ == "__main__":
    main()
