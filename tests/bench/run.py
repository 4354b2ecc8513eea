"""How fast fitreel is, side by side with what it is held against: `python tests/bench/run.py`.

Each row checks before it times: the fast frames equal full draws, the film's likeness and size are
those of x264's `-preset medium -crf 23` or better. Ratios are medians of three interleaved pairs of
whole processes, imports included; slow full draws are extrapolated from 100 frames. About twenty
minutes; `--quick` takes one pair a row.
"""

import argparse
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.mpl import own_process
from fitreel.render.output.codecs import codec_options
from fitreel.render.output.ffmpeg import ffmpeg_path
from fitreel.render.output.formats import MP4
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.demo_scene import DemoScene

HERE = Path(__file__).parent
FITREEL = [str(Path(sys.executable).parent / "fitreel")]
PYTHON = sys.executable
ROWS: list[tuple[str, str, str, str]] = []


def seconds(command: list[str], **environment: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    return time.perf_counter() - started


def paired(ours: Callable[[], float], theirs: Callable[[], float], pairs: int) -> list[float]:
    """How many times our time theirs is, pair by pair."""
    return sorted(theirs() / ours() for _ in range(pairs))


def row(what: str, target: str, ratios: list[float], invert: bool = False, note: str = "") -> None:
    values = sorted(1 / value for value in ratios) if invert else ratios
    middle = statistics.median(values)
    figure = f"{middle:.2f} × ({values[0]:.2f} – {values[-1]:.2f})"
    ROWS.append((what, target, figure, note))
    print(f"{what} | {target} | {figure} | {note}", flush=True)


def draw_raw(run: Record, size: tuple[int, int], path: Path) -> None:
    """All frames as RGBA in a file; every hundredth is held against a full draw."""
    scene = DemoScene(run.x, run.y, run.prediction_x, size)
    drawer = FrameDrawer(scene)
    with path.open("wb") as file:
        for number, snapshot in enumerate(run.snapshots()):
            scene.show(snapshot)
            frame = drawer.draw()
            file.write(frame)
            if number % 100 == 0:
                kept = frame.copy()
                scene.figure.canvas.draw()
                full = np.asarray(scene.figure.canvas.buffer_rgba())
                assert np.array_equal(kept, full), f"frame {number} is not exact"
                drawer = FrameDrawer(scene)


def ssim(film: Path, raw: Path, size: tuple[int, int]) -> float:
    words = subprocess.run(
        [
            *(ffmpeg_path(), "-hide_banner", "-f", "rawvideo", "-pix_fmt", "rgba"),
            *("-s", f"{size[0]}x{size[1]}", "-r", "20", "-i", str(raw), "-i", str(film)),
            *("-filter_complex", "[0]format=yuv420p[a];[1]format=yuv420p[b];[a][b]ssim"),
            *("-f", "null", "-"),
        ],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    return float(re.findall(r"All:([\d.]+)", words)[-1])


def likeness(film: Path, raw: Path, size: tuple[int, int], room: Path) -> str:
    """Our film against medium crf 23: "" is void-free, else what is missed."""
    medium = room / "medium.mp4"
    seconds([PYTHON, str(HERE / "feed_ffmpeg.py"), str(raw), *map(str, size), str(medium),
             "-c:v", "libx264", "-preset", "medium", "-crf", "23"])  # fmt: skip
    ours, theirs = ssim(film, raw, size), ssim(medium, raw, size)
    share = film.stat().st_size / medium.stat().st_size
    void = "" if ours >= theirs and share <= 1.15 else "VOID "
    return f"{void}SSIM {ours:.5f} (medium {theirs:.5f}), size {share:.2f} ×"


def films(run: Record, room: Path, pairs: int) -> None:
    npz = room / "demo.npz"
    seconds([*FITREEL, "export", str(run.path), "-o", str(npz), "-q"])
    for size, target in (((640, 480), "≤ 1.2"), ((1920, 1080), "≤ 0.9")):
        raw, film = room / "raw.rgba", room / "ours.mp4"
        draw_raw(run, size, raw)
        setting = ["--set", f"film.size=[{size[0]},{size[1]}]"]
        ours = [*FITREEL, "render", str(run.path), "-o", str(film), "--force", "-q", *setting]
        alone = [
            PYTHON,
            str(HERE / "feed_ffmpeg.py"),
            str(raw),
            *map(str, size),
            str(room / "alone.mp4"),
            *codec_options(MP4, size),
        ]
        ratios = paired(lambda o=ours: seconds(o), lambda a=alone: seconds(a), pairs)
        row(f"render to MP4 {size[0]} × {size[1]} : ffmpeg alone", target, ratios, invert=True,
            note=likeness(film, raw, size, room))  # fmt: skip
        if size == (640, 480):
            small_films(run, room, raw, npz, ours, pairs)
        raw.unlink()


def small_films(run: Record, room: Path, raw: Path, npz: Path, ours: list[str], pairs: int) -> None:
    def plain() -> float:
        few, more = (
            seconds([PYTHON, str(HERE / "plain_script.py"), str(room / "p.mp4"), n, str(npz)])
            for n in ("10", "110")
        )
        return few + (more - few) * (len(run) - 10) / 100

    row("plain script : render", "≥ 15", paired(lambda: seconds(ours), plain, pairs))
    blit = [PYTHON, str(HERE / "blit_script.py"), str(room / "b.mp4"), str(npz)]
    row("best hand-written blit : render", "≥ 3",
        paired(lambda: seconds(ours), lambda: seconds(blit), pairs))  # fmt: skip

    gif, theirs = room / "ours.gif", room / "theirs.gif"

    def pillow() -> float:
        few, more = (
            seconds([PYTHON, str(HERE / "pillow_gif.py"), str(raw), "640", "480", str(theirs), n])
            for n in ("10", "110")
        )
        return few + (more - few) * (len(run) - 10) / 100

    command = [*FITREEL, "render", str(run.path), "-o", str(gif), "--force", "-q"]
    ratios = paired(lambda: seconds(command), pillow, pairs)
    share = gif.stat().st_size / len(run) / (theirs.stat().st_size / 110)
    row("Pillow's GIF : GIF", "≥ 15", ratios, note=f"size {share:.2f} × a frame")


def whole(room: Path, pairs: int) -> None:
    def ours() -> float:
        with tempfile.TemporaryDirectory(dir=room) as folder:
            return seconds([*FITREEL, "run", "-q", "--runs", folder, "-o", f"{folder}/d.mp4"])

    def plain() -> float:
        few, more = (
            seconds([PYTHON, str(HERE / "plain_script.py"), str(room / "p.mp4"), n])
            for n in ("10", "110")
        )
        return few + (more - few) * 790 / 100

    row("plain script, all of it : fitreel run", "≥ 10", paired(ours, plain, pairs))
    help_ratios = paired(
        lambda: seconds([*FITREEL, "--help"]),
        lambda: seconds([PYTHON, str(HERE / "typer_help.py"), "--help"]),
        3 * pairs,
    )
    row("--help : a one-command Typer app's", "≤ 1.3", help_ratios, invert=True)


def script(room: Path, pairs: int) -> None:
    """A script with a pause a frame: the clock, as nobody waits for a pause any more."""
    plain = [PYTHON, str(HERE / "pause_script.py")]
    ours = [*FITREEL, "film", plain[1], "-o", str(room / "s.mp4"), "--force", "-q"]

    def with_pauses() -> float:
        few, more = (seconds([*plain, epochs], MPLBACKEND="agg") for epochs in ("50", "550"))
        return few + (more - few) * 790 / 100

    ratios = paired(lambda: seconds(ours), with_pauses, pairs)
    row("the demo as a script that pauses : fitreel film", "≥ 4", ratios)


def grid(room: Path, pairs: int) -> None:
    sources = []
    command = [
        *FITREEL,
        "compare",
        "-q",
        "--vary",
        f"seed={','.join(map(str, range(16)))}",
        "--set",
        "train.epochs=2000",
        "--runs",
        str(room / "grid"),
        "-o",
    ]
    seconds([*command, str(room / "g.mp4"), "--set", "compare.layout=grid"])
    for number, folder in enumerate(sorted((room / "grid").iterdir())):
        if folder.name.startswith("."):
            continue
        npz = room / f"g{number}.npz"
        seconds([*FITREEL, "export", str(folder), "-o", str(npz), "-q"])
        sources.append(str(npz))
    again = [*command, str(room / "g.mp4"), "--set", "compare.layout=grid"]

    def ours() -> float:
        (room / "g.mp4").unlink()
        return seconds(again)

    def full() -> float:
        few, more = (
            seconds([PYTHON, str(HERE / "full_grid.py"), str(room / "f.mp4"), n, *sources])
            for n in ("5", "25")
        )
        return few + (more - few) * 395 / 20

    row("16 panels at 1080p, 400 frames: full draws : compare (all trained)", "≥ 15",
        paired(ours, full, pairs))  # fmt: skip


def peak(command: list[str]) -> int:
    """Peak memory of the program and all processes it starts, in kB; what they share counts once.

    Looked at every 0.02 s. A process's own maximum would begin with that of the one it was
    started by, and so tell of this benchmark.
    """
    program = subprocess.Popen([*FITREEL, *command], stdout=subprocess.DEVNULL)
    most = 0
    while program.poll() is None:
        most = max(most, sum(map(proportional_set_size, tree(program.pid))))
        time.sleep(0.02)
    assert program.returncode == 0
    return most


def tree(number: int) -> list[int]:
    """A process and all below it."""
    try:
        below = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    except OSError:  # it has ended meanwhile
        return [number]
    return [number, *(each for child in below for each in tree(int(child)))]


def proportional_set_size(number: int) -> int:
    """What a process takes of the memory, in kB, with its share of what it shares."""
    try:
        told = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(re.findall(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)[0])


def figures(room: Path, pairs: int) -> None:
    """Loops of somebody's own, whole processes, by processor's time; 800 frames, told from 120."""
    for kind, target in (
        ("anew", "≥ 2.7"), ("kept", "≥ 4"), ("limits", "≥ 2.2"), ("panels", "≥ 2.2"),
        ("image", "≥ 1.8"),
    ):  # fmt: skip
        script = [PYTHON, str(HERE / "figure_loop.py"), kind]
        seconds([*script, "check", "", "20"])
        ours, theirs = (
            partial(figure_loop, kind, how, room / f"{how}.mp4") for how in ("film", "writer")
        )
        row(f"FFMpegWriter : fitreel.film, {kind}", target, paired(ours, theirs, pairs))


def figure_loop(kind: str, how: str, out: Path) -> float:
    script = [PYTHON, str(HERE / "figure_loop.py"), kind, how, str(out)]
    few, more = (processor_seconds([*script, frames]) for frames in ("20", "120"))
    return few + (more - few) * 780 / 100


def processor_seconds(command: list[str]) -> float:
    """What a program and all that it starts take of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory_and_cost(room: Path, pairs: int) -> None:
    def trained(name: str, *assignments: str) -> str:
        sets = [part for text in assignments for part in ("--set", text)]
        seconds([*FITREEL, "train", "-q", "--run", str(room / name), *sets])
        return str(room / name)

    frames = {n: trained(f"f{n}", f"train.epochs={n * 5}") for n in (800, 2400, 8000)}
    for ending in ("mp4", "gif"):
        few, many = (
            peak(["render", frames[n], "-o", str(room / f"m.{ending}"), "--force", "-q"])
            for n in (800, 8000)
        )
        row(f"peak memory, 8000 frames : 800, {ending}", "≤ 1.1", [many / few],
            note=f"{few / 1000:.0f} and {many / 1000:.0f} MB")  # fmt: skip

    def cost(what: str, folders: dict[int, str], out: str) -> None:
        times = {
            n: min(
                seconds([*FITREEL, "render", folder, "-o", str(room / out), "--force", "-q"])
                for _ in range(pairs)
            )
            for n, folder in folders.items()
        }
        told = ", ".join(f"{n:,}: {t:.2f} s" for n, t in times.items())
        print(f"cost against {what} | linear or better | {told}", flush=True)
        ROWS.append((f"cost against {what}", "linear or better", told, ""))

    cost("frames (MP4)", frames, "c.mp4")
    points = {
        n: trained(f"p{n}", f"data.points={n}", "train.epochs=1000") for n in (100, 1000, 10_000)
    }
    cost("points (200 frames, MP4)", points, "c.mp4")
    times = {}
    for n in (4, 8, 16):
        seeds = ",".join(map(str, range(n)))
        command = [
            *FITREEL,
            "compare",
            "-q",
            "--vary",
            f"seed={seeds}",
            "--set",
            "train.epochs=1000",
            "--runs",
            str(room / "n"),
            "-o",
            str(room / "n.mp4"),
        ]
        seconds(command)
        (room / "n.mp4").unlink()
        times[n] = seconds(command)
    told = ", ".join(f"{n}: {t:.2f} s" for n, t in times.items())
    print(f"cost against panels (300 frames, 1080p) | linear or better | {told}", flush=True)
    ROWS.append(("cost against panels (300 frames, 1080p)", "linear or better", told, ""))


def training(rounds: int) -> None:
    """The rows of bench_training.py, which checks bits and tolerance first."""
    told = subprocess.run(
        [PYTHON, str(HERE / "bench_training.py"), "--rounds", str(rounds)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    print(told, flush=True)
    for name, wanted in (
        ("exact, demo, 1 thread", "≥ 1.4"),
        ("exact, two moons, 1 thread", "≥ 1.2"),
        ("exact, a table of eight inputs, 1 thread", "≥ 1.2"),
        ("mini-batches of 256", "≥ 0.83"),
        ("mini-batches of 256, beside two busy processes", "≥ 0.67"),
        ("batched, 64 networks", "≥ 8"),
    ):
        line = next(line for line in told.splitlines() if line.startswith(name + " "))
        ratio = re.findall(r"([\d.]+) x", line)[0]
        ROWS.append((f"plain loops : {name}", wanted, f"{ratio} ×", ""))


def pictures(rounds: int) -> None:
    """The rows of bench_pictures.py: fields, pictures, themed frames."""
    lines = subprocess.run(
        [PYTHON, str(HERE / "bench_pictures.py"), "--rounds", str(rounds)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    print(lines, flush=True)
    for line in lines.splitlines():
        what, target, figure = line.split(" | ")
        ROWS.append((what, target, figure, ""))


def recording(room: Path, rounds: int) -> None:
    """A call of `Recorder.log` with the demo's arrays, all steps kept: processor time."""
    import fitreel

    x = np.linspace(-1, 1, 100)
    prediction = np.zeros((100, 1), np.float32)
    costs = []
    for number in range(rounds):
        with fitreel.Recorder(room / f"loop{number}", x, x**3) as rec:
            rec.log(0, 1.0, prediction, lr=0.05)
            started = time.process_time()
            for step in range(1, 4000):
                rec.log(step, np.float32(1.0), prediction, lr=0.05)
            costs.append((time.process_time() - started) / 3999 * 1e6)
        assert len(Record(room / f"loop{number}")) == 4000
    figure = f"{statistics.median(costs):.0f} µs ({min(costs):.0f} – {max(costs):.0f})"
    ROWS.append(("Recorder.log of the demo's arrays, a call", "< 100 µs", figure, ""))
    print(ROWS[-1], flush=True)


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor(),
    )  # fmt: skip
    import torch

    return (f"{model}, {len(os.sched_getaffinity(0))} cores; Python {platform.python_version()}, "
            f"torch {torch.__version__}, load {os.getloadavg()[0]:.1f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one pair a row")
    parser.add_argument("--seed", type=int, default=0)
    parts = [
        "films",
        "whole",
        "script",
        "grid",
        "figures",
        "memory",
        "training",
        "recording",
        "pictures",
    ]
    parser.add_argument("--only", choices=parts, action="append")
    options = parser.parse_args()
    pairs = 1 if options.quick else 3
    wanted = options.only or parts
    own_process.declare_own()  # full draws here are as in the program
    print(machine())
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as name:
        room = Path(name)
        seconds([*FITREEL, "train", "-q", "--run", str(room / "demo"), "--seed", str(options.seed)])
        if "films" in wanted:
            films(Record(room / "demo"), room, pairs)
        if "whole" in wanted:
            whole(room, pairs)
        if "script" in wanted:
            script(room, pairs)
        if "grid" in wanted:
            grid(room, pairs)
        if "figures" in wanted:
            figures(room, pairs)
        if "memory" in wanted:
            memory_and_cost(room, pairs)
        if "training" in wanted:
            training(pairs)
        if "recording" in wanted:
            recording(room, pairs)
        if "pictures" in wanted:
            pictures(pairs)
    print("\n| what | target | measured | |\n| --- | --- | --- | --- |")
    for line in ROWS:
        print(f"| {' | '.join(line)} |")


if __name__ == "__main__":
    main()
