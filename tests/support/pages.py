"""The documentation's pages, and their commands as a reader gives them, in order."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from support.program import ROOT

Answer = Callable[[list[str], Path], "subprocess.CompletedProcess[str]"]
"""Runs the program with these arguments in this folder."""
INSTALLS = "python3 -m venv"
"""How the lines begin that install: `.ci/run` gives one, a long test the other."""


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str


def english() -> list[Path]:
    """README and the pages of its map; what else lies in docs is for people who change fitreel."""
    readme = ROOT / "README.md"
    names = re.findall(r"\]\(docs/([\w-]+\.md)\)", readme.read_text("utf-8"))
    return [readme, *(ROOT / "docs" / name for name in dict.fromkeys(names))]


def chinese(page: Path) -> Path:
    """The same page in Chinese."""
    return ROOT / "README.zh-CN.md" if page.stem == "README" else ROOT / "docs" / "zh" / page.name


def blocks(page: Path, *languages: str) -> list[Block]:
    """The fenced blocks of these languages, or all, in order."""
    matches = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    return [Block(*match) for match in matches if not languages or match[0] in languages]


def lay_out(page: Path, folder: Path) -> None:
    """Put into `folder` what the page's reader has there: the clone's jobs, the page's own job."""
    for name in ("docs/gallery", "jobs/job/examples"):
        if any(name in block.text for block in blocks(page, "sh")):
            shutil.copytree(ROOT / name, folder / name)
    if page.stem in ("cron", "nightly"):
        (folder / "nightly.toml").write_text(blocks(page, "toml")[0].text)
    if page.stem in ("README", "film-your-script"):
        (folder / "tutorial.py").write_text(blocks(page, "py")[0].text)
    if page.stem == "job-file":
        (folder / "loss.py").write_text(blocks(page, "py")[0].text)
    server = folder / "gpu" / "fitreel" / ".venv" / "bin"
    server.mkdir(parents=True)
    (server / "fitreel").symlink_to(Path(sys.executable).parent / "fitreel")


def lines(block: Block) -> Iterator[list[str]]:
    """Each simple command's words; `&&` ends one."""
    for line in block.text.splitlines():
        if line.startswith(INSTALLS):
            continue
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if word == "&&":
                yield words
                words = []
            else:
                words.append(word)
        if words:
            yield words


def follow(block: Block, folder: Path, answer: Answer) -> None:
    """Give a block's commands one after the other; the folder `gpu` plays the server of that name.

    Raises:
        AssertionError: a command fails, or says that something is wrong.
    """
    place = folder
    for words in lines(block):
        match words:
            case ["cd", name]:
                place /= name
            case ["ssh", "gpu", command]:
                follow(Block("sh", command + "\n"), folder / "gpu", answer)
            case ["scp", *_, source, "."]:
                copy = shutil.copytree if "-r" in words else shutil.copy
                copy(folder / source.replace(":", "/"), folder / Path(source).name)
            case ["fitreel" | ".venv/bin/fitreel", *arguments]:
                file = arguments[arguments.index(">") + 1] if ">" in arguments else None
                done = answer(arguments[: arguments.index(">")] if file else arguments, place)
                assert (done.returncode, done.stderr) == (0, ""), (words, done.stderr)
                if file:
                    (place / file).write_text(done.stdout)
            case _:
                raise AssertionError(f"nobody knows how to run {shlex.join(words)}")


def follow_in_shell(
    page: Path, folder: Path, can_run: Callable[[str], bool]
) -> "subprocess.CompletedProcess[str]":
    """Give the page's commands to bash as they stand, in between its programs that `can_run`.

    ssh and scp go to the folder `gpu`.
    """
    stubs = folder.parent / f"{folder.name}-bin"
    stubs.mkdir()
    (stubs / "ssh").write_text(f'#!/bin/sh\ncd {shlex.quote(str(folder))}/gpu && exec sh -c "$2"\n')
    (stubs / "scp").write_text(
        '#!/bin/sh\ntest "$1" = -r && shift\n'
        f'exec cp -r {shlex.quote(str(folder))}/gpu/"${{1#gpu:}}" "$2"\n'
    )
    for stub in stubs.iterdir():
        stub.chmod(0o755)
    path = os.pathsep.join([str(stubs), str(Path(sys.executable).parent), os.environ["PATH"]])
    script = ""
    for block in blocks(page, "sh", "python"):
        if block.language == "sh":
            script += block.text
        elif can_run(block.text):
            script += f"python - <<'END OF PROGRAM'\n{block.text}\nEND OF PROGRAM\n"
    script = "\n".join(line for line in script.splitlines() if not line.startswith(INSTALLS))
    return subprocess.run(
        ["bash", "-ec", script], cwd=folder, env=os.environ | {"PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
