"""Make the records, films and font in tests/data anew: `python tests/golden/make_data.py DIR`.

They were made once and are kept: a record holds the seconds of its training, so that one made anew
has other bytes, and so have its films. Those of a version that is out stay as they are, to show
that later versions read them. The digests go with them: after this, `golden.py --write`.
"""

import argparse
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from trainings import OPEN

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
FITREEL = Path(sys.executable).parent / "fitreel"
MADE = 3_800_000_000
"""When the font says it was made, in its own count of seconds: always the same."""
TITLE = "网络学习函数 噪声点"

DEMO = ("train.epochs=230", "train.snapshot_every=10")
RACE = ("network.hidden=[8]", "train.epochs=220", "train.snapshot_every=20")
RECORDS: dict[str, tuple[str, ...]] = {
    "demo": DEMO,
    "sine": (
        "seed=3", "data.function=sin(3*x)", "data.points=40", "data.grid=80",
        "network.hidden=[8,8]", "network.activations=tanh", "train.optimizer=Adam", "train.lr=0.02",
        "train.epochs=600", "train.snapshot_every=20", "train.snapshot_at=log", "train.delta=0.02",
    ),
    "diverged": ("data.function=10*x**3", "network.hidden=[8,8]", "network.activations=leakyrelu",
                 "train.lr=0.4", "train.epochs=60", "train.snapshot_every=1"),
    "batches": (
        "data.function=where(x>0,1,-1)", "data.points=60", "data.noise_kind=uniform",
        "network.hidden=[12]", "network.activations=prelu", "network.dropout=0.1",
        "train.batch_size=10", "train.loss=huber", "train.loss_args={delta=0.5}",
        "train.optimizer_args={momentum=0.5}", "train.epochs=60", "train.snapshot_every=5",
    ),
    "points": (f"data.file={DATA / 'points.csv'}", "network.hidden=[6,6]",
               "network.activations=tanh", "train.loss=rmse", "train.optimizer=Adam",
               "train.lr=0.02", "train.epochs=120", "train.snapshot_every=10"),
    "large": ("data.points=20", "data.grid=50", "network.hidden=[128,128]",
              "train.epochs=60", "train.snapshot_every=6"),
    "linear": ("data.function=x**2", "data.points=30", "network.hidden=[]", "train.loss=mae",
               "train.epochs=60", "train.snapshot_every=6"),
    "batched": (
        "data.function=100*exp(-x)", "data.domain=[0,10]", "data.points=50",
        "network.hidden=[10,10]", "network.activations=[\"gelu\",\"silu\"]",
        "train.engine=batched", "train.loss=smooth_l1", "train.optimizer=AdamW", "train.lr=0.02",
        "train.epochs=120", "train.snapshot_every=10",
    ),
    "module": (f"network.module={DATA / 'network.py'}:Wave", "data.points=30", "train.lr=0.02",
               "train.epochs=60", "train.snapshot_every=6"),
    "norm": ("data.points=30", "network.hidden=[6,6]", "network.batch_norm=true",
             "train.loss=log_cosh", "train.epochs=40", "train.snapshot_every=5"),
    "one": ("data.points=1", "network.hidden=[2]", "train.epochs=1"),
    "crowd": ("data.points=1500", "network.hidden=[8,8]", "train.epochs=200",
              "train.snapshot_every=50"),
    "relu": (*RACE, "network.activations=relu"),
    "tanh": (*RACE, "network.activations=tanh", "train.lr=0.2"),
    "adam": (*RACE, "network.activations=gelu", "train.optimizer=Adam", "train.lr=0.01",
             "train.snapshot_every=5", "train.delta=0.04"),
    "wild": (*RACE, "network.activations=relu", "train.lr=30", "train.snapshot_every=1"),
}  # fmt: skip


def settings(values: tuple[str, ...]) -> list[str]:
    """`--set KEY=VALUE` for each."""
    return [word for value in values for word in ("--set", value)]


def fitreel(*arguments: str, folder: Path) -> None:
    """Run the program, to its good end."""
    subprocess.run([FITREEL, *arguments, "-q"], check=True, cwd=folder)


def train_and_stop(record: Path) -> None:
    """A record of a training that got a signal, when two files of snapshots were there."""
    words = [FITREEL, "train", "--run", str(record), "-q", *settings(OPEN)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as training:
        while len(list(record.glob("snapshots-*"))) < 2 and training.poll() is None:
            time.sleep(0.01)
        training.send_signal(signal.SIGTERM)
    if training.returncode != 128 + signal.SIGTERM:
        raise SystemExit(f"{record}: was not stopped in time")


def font(path: Path) -> None:
    """A font with a bar for each character of Chinese and Japanese films, no two alike."""
    texts = [tomllib.loads(file.read_text()) for file in ROOT.glob("*/**/languages/*.toml")]
    signs = {sign for text in texts for value in text.values() for sign in value} | set(TITLE)
    names = {sign: f"uni{ord(sign):04X}" for sign in sorted(signs) if ord(sign) > 0x2E00}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(sign): name for sign, name in names.items()})
    glyphs = {}
    for number, name in enumerate([".notdef", *names.values()]):
        pen = TTGlyphPen(None)
        height, width = 200 + 40 * (number % 17), 300 + 40 * (number // 17)
        pen.moveTo((100, 0))
        for corner in [(100, height), (100 + width, height - 90), (100 + width, 0)]:
            pen.lineTo(corner)
        pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (1000, 100) for name in glyphs})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Fitreel Bars", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWeightClass=400)
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=MADE, modified=MADE)
    builder.font.recalcTimestamp = False
    builder.save(path)


def main() -> None:
    """Make all of it in a folder that isn't there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    records, films = folder / "records", folder / "films"
    records.mkdir(parents=True)
    films.mkdir()
    font(folder / "bars.ttf")
    for name, values in RECORDS.items():
        record = str(records / name)
        fitreel("train", "--run", record, *settings((*values, f"name={name}")), folder=folder)
    train_and_stop(records / "open")
    for lock in records.glob(".*.lock"):
        lock.unlink()
    outputs = [f"films/demo{ending}" for ending in (".mp4", ".gif", ".webm", ".png", "/")]
    outputs = [word for output in outputs for word in ("-o", output)]
    small = ("film.size=[160,120]",)
    fitreel("render", "records/linear", *outputs, *settings(small), folder=folder)
    race = ("-o", "films/comparison.gif", "--set", "film.size=[640,480]")
    fitreel("render", "records/relu", "records/tanh", *race, folder=folder)
    for lock in films.glob(".*.lock"):
        lock.unlink()


if __name__ == "__main__":
    main()
