"""Fields, pictures and themed frames: `python tests/bench/bench_pictures.py [--only field]`.

Ratios are those of whole processes, by the clock and by the processor's time, each the median of
pairs; slow full draws are worked out from a few frames. That frames are exact is the test suite's.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import imageio.v3 as iio
import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.film_settings import FilmSettings
from fitreel.render.mpl import own_process
from fitreel.render.output.codecs import codec_options
from fitreel.render.output.formats import MP4
from fitreel.render.output.yuv import YuvConverter
from fitreel.render.single.snapshot_frames import drawn_snapshots
from fitreel.render.timing.timeline import Timeline, make_timeline

HERE = Path(__file__).parent
FITREEL = [str(Path(sys.executable).parent / "fitreel")]
SIZE = (640, 480)
ADAM = ("train.optimizer=Adam", "train.lr=0.01", "train.snapshot_every=1")
FIELD = ("data.function=ripple", "data.points=300", "network.hidden=[16,16]",
         "network.activations=tanh", "train.epochs=799", *ADAM)  # fmt: skip
COUNTS = {"plain": (10, 40), "careful": (800, 800)}
"""Between how many frames a script's time is worked out."""


class Cost(NamedTuple):
    """Seconds by the clock, and of the processor."""

    clock: float
    processor: float


def cost(command: list[str]) -> Cost:
    """Of a program and all that it starts."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(ended - started, used)


def row(what: str, target: str, pairs: list[tuple[Cost, Cost]]) -> None:
    """How many times the second of each pair is the first."""
    texts = []
    for kind in ("clock", "processor"):
        ratios = sorted(getattr(a, kind) / getattr(b, kind) for a, b in pairs)
        texts.append(f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} – {ratios[-1]:.2f}) {kind}")
    print(f"{what} | {target} | {', '.join(texts)}", flush=True)


def train(room: Path, name: str, *assignments: str) -> Record:
    sets = [part for text in assignments for part in ("--set", text)]
    subprocess.run([*FITREEL, "train", "-q", "--run", str(room / name), *sets], check=True)
    return Record(room / name)


def timeline_of(run: Record, film: FilmSettings) -> Timeline:
    return make_timeline(run.epochs, run.losses, film.pacing(sentences=lambda: (2.0, 3.0)))


def write_raw(run: Record, film: FilmSettings, raw: Path) -> int:
    """All frames of a film as RGBA, for ffmpeg alone; how many."""
    timeline = timeline_of(run, film)
    with raw.open("wb") as file:
        for drawn in drawn_snapshots(run, film.picture, timeline, ()):
            for _ in range(drawn.frames):
                file.write(drawn.frame)
    return len(timeline)


def against_ffmpeg(run: Record, film: FilmSettings, room: Path, pairs: int, what: str,
                   target: str) -> None:  # fmt: skip
    raw, size = room / "raw.rgba", film.picture.pixels
    count = write_raw(run, film, raw)
    command = [sys.executable, str(HERE / "feed_ffmpeg.py"), str(raw), *map(str, size),
               str(room / "alone.mp4"), *codec_options(MP4, size)]  # fmt: skip
    alone = [cost(command) for _ in range(pairs)]
    raw.unlink()
    for whole, output, goal in ((True, "o.mp4", target), (False, "o.png", "the floor")):
        ours = [cost(render(run, film, room / output)) for _ in range(pairs)]
        if not whole:  # the start, and nothing drawn but one frame
            ours = [Cost(*(a + b for a, b in zip(*each, strict=True)))
                    for each in zip(ours, alone, strict=True)]  # fmt: skip
        name = what if whole else f"a still of {what.removeprefix('render of ')}, then ffmpeg alone"
        row(f"{name}, {count} frames : ffmpeg alone", goal, list(zip(ours, alone, strict=True)))


def render(run: Record, film: FilmSettings, output: Path) -> list[str]:
    size = f"film.size=[{film.picture.pixels[0]},{film.picture.pixels[1]}]"
    sets = ["--set", size, "--set", f"film.theme={film.theme}", "--set", "film.pace=even"]
    return [*FITREEL, "render", str(run.path), "-o", str(output), "--force", "-q", *sets]


def fields(room: Path, pairs: int) -> None:
    """800 frames of a field of 100 x 100 places, with 300 points."""
    run, film = train(room, "field", *FIELD), FilmSettings(size=SIZE, pace="even")
    npz = room / "field.npz"
    subprocess.run([*FITREEL, "export", str(run.path), "-o", str(npz), "-q"], check=True)
    ours = render(run, film, room / "o.mp4")
    for how, target in (("plain", "≥ 8"), ("careful", "≥ 3")):
        few, more = COUNTS[how]

        def theirs(how: str = how, few: int = few, more: int = more) -> Cost:
            script = [sys.executable, str(HERE / "field_script.py"), str(room / "t.mp4")]
            first = cost([*script, str(few), str(npz), how])
            if few == more:
                return first
            second = cost([*script, str(more), str(npz), how])
            share = (len(run) - few) / (more - few)
            return Cost(*(a + share * (b - a) for a, b in zip(first, second, strict=True)))

        row(f"{how} script : render of a field", target,
            [(theirs(), cost(ours)) for _ in range(pairs)])  # fmt: skip
    against_ffmpeg(run, film, room, pairs, "render of a field", "≤ 2.5")


def pictures(room: Path, pairs: int) -> None:
    """800 frames of a picture of 256 x 256 pixels; the floor is what the start alone takes."""
    down, across = np.mgrid[0:256, 0:256] / 255
    waves = [np.sin(9 * across + 5 * down**2), np.cos(12 * down - 3 * across),
             np.sign(0.1 - (across - 0.5) ** 2 - (down - 0.5) ** 2)]  # fmt: skip
    pixels = np.stack([127.5 + 127.5 * wave for wave in waves], axis=2)
    iio.imwrite(room / "picture.png", pixels.astype(np.uint8))
    features = 'network.features={name="fourier",count=8,scale=2.0}'
    run = train(room, "picture", f"data.file={room / 'picture.png'}", "network.hidden=[8]",
                features, "train.epochs=799", *ADAM)  # fmt: skip
    for film in (FilmSettings(pace="even"), FilmSettings(theme="light", size="720p", pace="even")):
        what = f"render of a picture of 256 × 256, {film.theme}"
        against_ffmpeg(run, film, room, pairs, what, "≤ 1.5")


def frames(room: Path, pairs: int) -> None:
    """A themed frame: shown, drawn, converted to YUV; the processor's time of this thread."""
    own_process.declare_own()
    demo, field = train(room, "demo"), train(room, "field", *FIELD)
    for what, run, panels in (("a fit with its loss", demo, ("loss",)), ("a field", field, ())):
        film = FilmSettings(theme="light", size="720p", pace="even", panels=panels)
        medians = []
        for _ in range(pairs):
            converter, taken = YuvConverter(film.picture.pixels), []
            drawing = drawn_snapshots(run, film.picture, timeline_of(run, film), ())
            while True:
                started = time.thread_time()
                drawn = next(drawing, None)
                if drawn is None:
                    break
                converter.update(drawn.frame, drawn.changed)
                taken.append(time.thread_time() - started)
            medians.append(statistics.median(taken) * 1e3)
        middle = statistics.median(medians)
        print(f"themed frame at 720p, {what} | 3 ms | {middle:.2f} ms "
              f"({min(medians):.2f} – {max(medians):.2f})", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parts = {"field": fields, "picture": pictures, "frame": frames}
    parser.add_argument("--only", choices=[*parts], action="append")
    parser.add_argument("--rounds", type=int, default=3, help="pairs a row")
    options = parser.parse_args()
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as name:
        for part in options.only or parts:
            room = Path(name) / part
            room.mkdir()
            parts[part](room, options.rounds)


if __name__ == "__main__":
    main()
