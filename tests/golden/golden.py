"""Golden digests: whether films, pages, texts and trainings are what they were.

    .venv/bin/python tests/golden/golden.py --check tests/golden/digests.json
    .venv/bin/python tests/golden/golden.py --check tests/golden/digests.json --keep /tmp/films
    .venv/bin/python tests/golden/golden.py --write tests/golden/digests.json

Runs the program as a user does and imports nothing of it, so that it survives any change inside.
Pictures are made of the records kept in tests/data (see make_data.py); digests hold under
constraints.txt's versions. Of a film there are two digests: of its bytes, and of what is seen,
which stays when only the version or the settings in its metadata change. What is refused is kept
with its message. Trainings are compared by the arrays in their records, bit for bit, and only on
the kind of processor and with the torch that their digests are of.

`--check` ends with 1 and names what differs, is missing or is new; `--keep DIR` leaves all that was
made there. All of it is four minutes of a processor's time; `--quick`, a command of each kind and
no training, half a minute. `--only WORD` takes the commands with that word in their names, `--only
trainings` only those. After a change that is meant: `--write`, and `git diff` shows what changed.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from commands import QUICK, Command, commands
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageSequence
from trainings import arrays_of_trainings

DATA = Path(__file__).resolve().parents[1] / "data"
LIBRARIES = ("matplotlib", "numpy", "pillow", "imageio-ffmpeg", "fonttools", "safetensors")
Digests = dict[str, dict[str, Any]]


def environment() -> dict[str, str]:
    """The user's, without what would change a film or the width of a help text."""
    own = {key: value for key, value in os.environ.items()
           if not key.startswith(("FITREEL_", "MPL"))}  # fmt: skip
    return own | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def picture_digest(path: Path) -> str | None:
    """Of what is seen in a film or picture, whatever its metadata; None for other files."""
    if path.suffix in (".mp4", ".webm"):
        # Coded packets, not decoded ones: equal where the pictures and the encoder are.
        words = [get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:v", "-c", "copy",
                 "-f", "framehash", "-hash", "sha256", "-"]  # fmt: skip
        packets = subprocess.run(words, check=True, capture_output=True).stdout
        return sha256(b"\n".join(line for line in packets.splitlines() if line[:1] != b"#"))
    if path.suffix in (".gif", ".png"):
        digest = hashlib.sha256()
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                digest.update(f"{frame.size} {frame.info.get('duration')}".encode())
                digest.update(frame.convert("RGBA").tobytes())
        return digest.hexdigest()
    return None


def file_digests(path: Path) -> dict[str, str]:
    """Of a file, or of all files in a folder of frames together."""
    files = sorted(path.rglob("*.png")) if path.is_dir() else [path]
    if not path.is_dir():
        digests = {"bytes": sha256(path.read_bytes())}
        pictures = [picture_digest(path)]
    else:
        lines = [f"{file.relative_to(path)} {sha256(file.read_bytes())}" for file in files]
        digests = {"bytes": sha256("\n".join(lines).encode())}
        pictures = [picture_digest(file) for file in files]
    if None not in pictures:
        joined = pictures[0] if not path.is_dir() else sha256(" ".join(map(str, pictures)).encode())
        digests["picture"] = str(joined)
    return digests


def run(program: Path, command: Command, work: Path) -> Digests:
    """Run one command in its folder; what it left, or why it didn't, by name."""
    folder = work / command.name
    folder.mkdir()
    done = subprocess.run([program, *command.arguments], cwd=folder, env=environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)  # fmt: skip
    message = done.stderr.decode(errors="replace").replace(str(work), "…")
    if done.returncode != command.code or command.code:
        return {command.name: {"exit": done.returncode, "message": message}}
    if command.prints:
        (folder / "stdout.txt").write_bytes(done.stdout)
    made = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return {
        f"{command.name}/{path.name}{'/' if path.is_dir() else ''}": file_digests(path)
        for path in made
    }


def failures(outputs: Digests) -> list[str]:
    """A line for each command that didn't end as it should."""
    codes = {command.name: command.code for command in commands()}
    return [
        f"{name}: exit {digests['exit']}, not {codes[name]}: {digests['message']}".strip()
        for name, digests in outputs.items()
        if "exit" in digests and digests["exit"] != codes[name]
    ]


def machine() -> dict[str, str]:
    """What the bits of a training depend on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        wanted = ("model name", "cpu family", "model\t")
        lines = cpuinfo.read_text().splitlines()
        values = [line.partition(":")[2].strip() for line in lines[:10] if line.startswith(wanted)]
        model = " / ".join(sorted(values))
    return {"processor": model, "torch": version("torch"), "numpy": version("numpy")}


def libraries() -> dict[str, str]:
    """Versions that decide the bytes of pictures."""
    words = subprocess.run(
        [get_ffmpeg_exe(), "-version"], check=True, capture_output=True, text=True
    )
    return {name: version(name) for name in LIBRARIES} | {"ffmpeg": words.stdout.split()[2]}


def make(
    program: Path, work: Path, chosen: Sequence[Command], jobs: int, with_trainings: bool
) -> dict[str, Any]:
    """Digests in the form of the file."""
    shutil.copytree(DATA, work, dirs_exist_ok=True)
    outputs: Digests = {}
    with ThreadPoolExecutor(jobs) as pool:
        for part in pool.map(lambda command: run(program, command, work), chosen):
            outputs |= part
    content: dict[str, Any] = {"libraries": libraries(), "outputs": outputs}
    if with_trainings:
        trained = arrays_of_trainings(program, work, environment())
        content["trainings"] = {"machine": machine(), "records": trained}
    return content


def differences(golden: Digests, made: Digests) -> list[str]:
    """A line for each output that isn't what it was."""
    lines = []
    for name in sorted(golden.keys() | made.keys()):
        if name not in made:
            lines.append(f"missing: {name}")
        elif name not in golden:
            lines.append(f"new: {name} {made[name].get('message', '')}".rstrip())
        elif made[name] != golden[name]:
            lines.append(f"differs: {name}: {_how(golden[name], made[name])}")
    return lines


def _how(golden: dict[str, Any], made: dict[str, Any]) -> str:
    keys = [key for key in sorted(golden.keys() | made.keys()) if golden.get(key) != made.get(key)]
    if "message" in keys or "exit" in keys:
        return f"{golden} became {made}"
    if keys == ["bytes"] and "picture" in golden:
        return "metadata only; the picture is the same"
    return ", ".join(keys)


def check(golden: dict[str, Any], made: dict[str, Any], chosen: set[str] | None) -> list[str]:
    """All differences of the `chosen` commands, or of all; other versions are only notes."""
    for name, value in made["libraries"].items():
        if golden["libraries"].get(name) != value:
            print(f"note: {name} is {value}; digests are of {golden['libraries'].get(name)}")
    before = {
        name: digests
        for name, digests in golden["outputs"].items()
        if chosen is None or name.partition("/")[0] in chosen
    }
    lines = differences(before, made["outputs"])
    trained = made.get("trainings")
    if trained is None:
        return lines
    if trained["machine"] != golden["trainings"]["machine"]:
        print(f"trainings: skipped: digests are of {golden['trainings']['machine']}")
        return lines
    return lines + differences(golden["trainings"]["records"], trained["records"])


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--write", type=Path, metavar="FILE")
    task.add_argument("--check", type=Path, metavar="FILE")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a new folder for what is made")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--only", default="", metavar="WORD")
    part.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "program",
        type=Path,
        nargs="?",
        default=Path(sys.executable).parent / "fitreel",
        help="default: %(default)s",
    )
    options = parser.parse_args()
    if options.write and (options.only or options.quick):
        parser.error("--only and --quick go with --check")
    return options


def main() -> None:
    """Write digests, or hold today's outputs against them."""
    options = parsed()
    chosen = [
        command
        for command in commands()
        if options.only in command.name and (not options.quick or command.name in QUICK)
    ]
    with_trainings = not options.quick and options.only in ("", "trainings")
    if options.keep is not None:
        options.keep.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.keep or Path(temporary)).resolve()
        made = make(options.program.absolute(), work, chosen, options.jobs, with_trainings)
    trained = made.get("trainings", {}).get("records", {})
    count = f"{len(made['outputs'])} outputs, {len(trained)} trainings"
    if options.write:
        if lines := failures(made["outputs"]):
            raise SystemExit("\n".join(["nothing is written:", *lines]))
        text = json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True)
        options.write.write_text(text + "\n", encoding="utf-8")
        print(f"{options.write}: {count}")
        return
    is_part = options.quick or options.only
    names = {command.name for command in chosen} if is_part else None
    lines = check(json.loads(options.check.read_text("utf-8")), made, names)
    print(*lines, f"{count}: {len(lines)} differ" if lines else f"{count}: as they were", sep="\n")
    raise SystemExit(1 if lines else 0)


if __name__ == "__main__":
    main()
