"""The pages and the program say the same, their commands run, and CI runs the README's own line."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support import pages
from support.program import ROOT, Fitreel, source_files
from support.scripts import film_command, run_text
from typer.testing import CliRunner

from fitreel.jobs.cli import app
from fitreel.jobs.job.loading import load_job, read_job_file
from fitreel.render.metadata.checksum import check_whole

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")


def test_ci_runs_the_readmes_test_line_as_it_stands() -> None:
    lines = [line for line in README.splitlines() if "-m pytest" in line]
    assert len(lines) == 1 and lines[0].startswith("python3 -m venv")
    script = (ROOT / ".ci" / "run").read_text()
    assert "line=$(grep -m1 -- '-m pytest' README.md)" in script
    assert 'bash -c "$line"' in script
    for part in ("ruff check", "ruff format --check", "mypy"):
        assert part in script


def test_both_commands_do_all_their_set_up() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    for command in commands:
        assert "-c constraints.txt" in command


def test_every_command_of_the_program_has_its_row_and_the_other_way(program: Fitreel) -> None:
    table = set(re.findall(r"^\| `fitreel (\w+)", COMMANDS, re.MULTILINE))
    environment = {"COLUMNS": "200", "PATH": "/usr/bin:/bin"}
    shown = program("--help", env=environment).stdout
    listed = set(re.findall(r"^│ (\w+)  ", shown, re.MULTILINE))
    assert listed and table == listed


def test_every_option_of_the_program_has_its_row_and_the_other_way(fitreel: Fitreel) -> None:
    rows = "\n".join(re.findall(r"^\| (`-.*?) \|", COMMANDS, re.MULTILINE))
    described = set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", rows))
    options = set()
    for command in re.findall(r"^\| `fitreel (\w+)", COMMANDS, re.MULTILINE):
        done = fitreel(command, "--help")
        assert done.returncode == 0
        options |= set(re.findall(r"^│ [* ]{0,20}(-[\w-]+)", done.stdout, re.MULTILINE))
    assert options - {"--help"} == described - {"-q"}


def test_every_exit_code_has_its_row() -> None:
    from fitreel.model import errors

    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.FitreelError)
    }
    page = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    for code in codes:
        assert re.search(rf"^\| {code} \|", page, re.MULTILINE), code


def test_readme_is_short_and_its_map_has_every_page() -> None:
    assert len(README.splitlines()) <= 90
    translated = {path.name for path in (ROOT / "docs" / "zh").glob("*.md")}
    assert len(translated) >= 10
    assert {page.name for page in pages.english()[1:]} == translated


# What a command's trainings and films are cut down to where only the command is tried.
TRAINING = ("--set", "train.epochs=501", "--set", "train.snapshot_every=100")
SEVERAL = ("--set", "train.epochs=101", "--set", "train.snapshot_every=20")
CLIP = ("--set", "film.size=[640,480]", "--set", "film.fps=2")
SMALL: dict[str, tuple[str, ...]] = {
    "train": TRAINING,
    "run": (*TRAINING, "--set", "film.size=[320,240]", "--set", "film.fps=2"),
    "render": ("--set", "film.size=[320,240]", "--set", "film.fps=2"),
    "compare": (*SEVERAL, *CLIP, "--workers", "1"),
}
FRAMEWORKS = {"jax", "keras", "lightning", "sklearn", "skorch", "transformers"}
"""Importing one takes seconds: programs with them run in the long test."""


@pytest.mark.parametrize("page", pages.english(), ids=lambda page: page.stem)
def test_a_pages_commands_in_their_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page in a folder of its own, with small trainings and pictures."""

    def answer(arguments: list[str], place: Path) -> "subprocess.CompletedProcess[str]":
        several = arguments[0] == "render" and not arguments[2].startswith("-")
        small = list(CLIP if several else SMALL.get(arguments[0], ()))
        if any(word.startswith("film.duration=") for word in arguments):
            small += ["--set", "film.duration=3"]
        monkeypatch.chdir(place)
        if arguments[0] == "film":  # which becomes the script's process
            filmed = film_command(place, *arguments[1:])
            code, stdout, stderr = filmed.code, filmed.stdout, filmed.stderr
        else:
            done = CliRunner().invoke(app, [*arguments, *small])
            code, stdout, stderr = done.exit_code, done.stdout, done.stderr
        return subprocess.CompletedProcess(arguments, code, stdout, complaints(code, stderr))

    pages.lay_out(page, tmp_path)
    for script in tmp_path.glob("tutorial.py"):
        script.write_text(shortened(script.read_text()))
    for block in pages.blocks(page, "sh", "python"):
        if block.language == "sh":
            pages.follow(block, tmp_path, answer)
        elif not imports(block.text) & FRAMEWORKS:
            run_python(shortened(block.text), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("page", pages.english(), ids=lambda page: page.stem)
def test_a_pages_commands_as_they_stand(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    pages.lay_out(page, folder)
    done = pages.follow_in_shell(page, folder, is_installed)
    assert done.returncode == 0, done.stderr
    complaints_only = re.sub(r"fitreel: \S+: \d+ frames, \S+ s$", "", done.stderr, flags=re.M)
    assert "fitreel:" not in complaints_only and "Traceback" not in done.stderr


def shortened(text: str) -> str:
    """A program of a page with fewer steps and frames."""
    text = re.sub(r"for step in range\(\d+\)", "for step in range(16)", text)
    return re.sub(r"((rec\.film|make_film)\([^()]+)\)", r"\1, fps=2)", text)


def imports(text: str) -> set[str]:
    """The libraries that a program of a page names."""
    return set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))


def is_installed(text: str) -> bool:
    """Whether all libraries are here that a program of a page names."""
    return all(map(find_spec, imports(text)))


def complaints(code: int, stderr: str) -> str:
    """What a failing command said, or what a successful one warned of."""
    lines = stderr.splitlines()
    return "\n".join(lines if code else [line for line in lines if "warning" in line])


def run_python(text: str, folder: Path) -> None:
    """Run a program of a page, if what it imports is installed; frameworks say much on stderr."""
    if not is_installed(text):
        return
    if "torch" in imports(text) and not imports(text) & FRAMEWORKS:  # this process has it
        said = io.StringIO()
        with contextlib.chdir(folder), contextlib.redirect_stderr(said):
            exec(compile(text, "<string>", "exec"), {"__name__": "__main__"})
        assert said.getvalue() == ""
        return
    done = run_text(folder, text)
    assert done.code == 0, done.stderr
    assert done.stderr == "" or imports(text) & FRAMEWORKS


@pytest.mark.long
def test_the_readmes_first_command(tmp_path: Path) -> None:
    """In a clone without anything; then the program is called as README says next."""
    clone = tmp_path / "clone"
    ignored = shutil.ignore_patterns(".git", ".venv", "runs", "*.egg-info", ".*_cache")
    shutil.copytree(ROOT, clone, symlinks=True, ignore=ignored)
    command = next(line for line in README.splitlines() if line.startswith(pages.INSTALLS))
    activate = re.search(r"`(\. \.venv/bin/activate)`", README)
    assert activate is not None
    script = f"{command}\n.venv/bin/fitreel --version\n{activate[1]}\nfitreel --version\n"
    done = subprocess.run(
        ["bash", "-ec", script], cwd=clone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    check_whole(clone / "demo.mp4")


def test_shells_complete(tmp_path: Path) -> None:
    """By what --install-completion writes for bash; --show-completion prints the same."""
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    script = """
        fitreel --install-completion >&2
        . ~/.bashrc
        fitreel --show-completion >shown
        cmp ~/.bash_completions/fitreel.sh shown
        COMP_WORDS=(fitreel com)
        COMP_CWORD=1
        _fitreel_completion fitreel
        echo "${COMPREPLY[@]}"
    """
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": folders, "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["compare"], done.stderr


@pytest.mark.parametrize("page", pages.english(), ids=lambda page: page.stem)
def test_every_block_can_be_read(page: Path, tmp_path: Path) -> None:
    for path in (page, pages.chinese(page)):
        for block in pages.blocks(path):
            assert block.language in ("sh", "toml", "python", "py", "ini", "bash", ""), path
            if block.language == "toml":
                job = tmp_path / "job.toml"
                job.write_text(block.text, "utf-8")
                load_job(read_job_file(job))
            if block.language == "py":
                compile(block.text, path, "exec")
            if block.language in ("sh", "bash"):
                subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)


@pytest.mark.parametrize("page", pages.english(), ids=lambda page: page.stem)
def test_the_chinese_page_has_the_same_commands_keys_and_codes(page: Path) -> None:
    pair = (page, pages.chinese(page))

    def commands(path: Path) -> list[list[str]]:
        return [words for block in pages.blocks(path, "sh") for words in pages.lines(block)]

    def keys(path: Path) -> list[list[str]]:
        return [
            re.findall(r"^[\w.]+ =|^\[.*\]", block.text, re.MULTILINE)
            for block in pages.blocks(path, "toml")
        ]

    def others(path: Path) -> list[pages.Block]:
        return pages.blocks(path, "ini", "bash", "")

    def python(path: Path) -> list[str]:
        return [re.sub(r" *#.*", "", block.text) for block in pages.blocks(path, "python")]

    def installs(path: Path) -> list[str]:
        return re.findall(r"^python3 .*$", path.read_text("utf-8"), re.MULTILINE)

    def rows(path: Path) -> list[str]:
        """Commands, options and codes in the first column of tables, and all measured numbers."""
        text = path.read_text("utf-8")
        return re.findall(r"^\| `(?:fitreel \w+|[-.][^`]*)|^\| \d+|[≤≥] [\d.]+", text, re.MULTILINE)

    def pictures(path: Path) -> list[Path]:
        links = re.findall(r"!\[.*?\]\((.*?)\)", path.read_text("utf-8"))
        return [(path.parent / link).resolve() for link in links]

    for read in (commands, keys, others, python, installs, rows, pictures):
        english, chinese = map(read, pair)
        assert english == chinese, read.__name__


def anchors(path: Path) -> set[str]:
    """What `#…` may name in a page: its headings, as the usual renderers spell them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


@pytest.mark.parametrize("page", pages.english(), ids=lambda page: page.stem)
def test_links_and_pictures_are_there(page: Path) -> None:
    """In the repository, and in the source archive, which holds the same files."""
    for path in (page, pages.chinese(page)):
        text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.M | re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.exists() and target.is_relative_to(ROOT), (path, link)
            assert not anchor or anchor in anchors(target), (path, link)
        other = page if path != page else pages.chinese(page)
        assert f"{other.name})" in text


def test_files_that_pages_name_are_there() -> None:
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for path in paths:
        for span in re.findall(r"`([^`\n]+)`", path.read_text("utf-8")):
            for name in re.findall(r"(?<![\w/.])(?:tests|docs|jobs|render|model)/[\w/.-]+", span):
                assert (ROOT / name).exists(), (path, name)


def test_nothing_shipped_names_this_machine_or_a_registry() -> None:
    # In pieces, so that this file doesn't hold them.
    words = ["/wo" + "rk/", "/opt" + "/pypi", "pypi" + ".org", "download.py" + "torch"]
    for name in source_files():
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".txt", ""}:
            text = path.read_text(errors="replace")
            assert not any(word in text for word in words), name


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import fitreel.jobs.cli", ["torch", "matplotlib", "numpy", "pydantic", "rich.progress"]),
        (
            "import fitreel.jobs.films.pipeline, fitreel.render.pipeline.film, "
            "fitreel.render.comparison.frames",
            ["torch", "matplotlib.pyplot"],
        ),
        (
            "import fitreel.model.record.reader, fitreel.model.record.writer",
            ["torch", "matplotlib"],
        ),
    ],
)
def test_what_an_import_must_not_bring(code: str, absent: list[str]) -> None:
    check = f"{code}\nimport sys\nprint([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_imports_neither_torch_nor_matplotlib_and_render_no_torch(
    tmp_path: Path, short_run: object
) -> None:
    from fitreel.model.record.reader import Record

    assert isinstance(short_run, Record)
    for arguments, absent in (
        (["--help"], ["torch", "matplotlib", "numpy"]),
        (
            ["render", str(short_run.path), "-o", "a.gif", "-o", "a.png", "-q"],
            ["torch", "matplotlib.pyplot"],
        ),
    ):
        check = (
            "import sys\n"
            f"sys.argv = ['fitreel', *{arguments!r}]\n"
            "from fitreel.jobs.main import main\n"
            "try:\n    main()\n"
            "except SystemExit as end:\n    assert not end.code\n"
            f"found = [m for m in {absent!r} if m in sys.modules]\n"
            "sys.exit(f'imported {found}' if found else 0)"
        )
        done = subprocess.run(
            [sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
