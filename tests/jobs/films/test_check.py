"""`fitreel check`: whether jobs are right, and what would be made; nothing is made."""

from pathlib import Path

from support.program import Fitreel

SMALL = "[train]\nepochs = 6\n[film]\nsize = [64, 64]\nfps = 5\n"


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_what_would_be_made_is_said_and_not_made(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SMALL + 'outputs = ["new/a.png", "a.srt"]\nlatest = "l.png"\n')
    before = files(tmp_path)
    done = fitreel("check", "a.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "would be trained: 6 epochs\n" in done.stdout
    for line in ("new/a.png: would be made", "a.srt: would be made", "a.toml: nothing is wrong"):
        assert line in done.stdout.splitlines()
    assert files(tmp_path) == before
    assert fitreel("run", "a.toml").returncode == 0
    before = files(tmp_path)
    done = fitreel("check", "a.toml")
    assert "already trained" in done.stdout and "new/a.png: up to date" in done.stdout
    assert "a.png: would be made" in fitreel("check", "a.toml", "--force").stdout
    done = fitreel("check", "a.toml", "--set", "train.epochs=9", "--at", "9")
    assert "would be trained: 9 epochs, going on from runs/a-" in done.stdout
    assert files(tmp_path) == before


def test_a_comparison(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SMALL)
    arguments = ("a.toml", "--vary", "seed=0..1", "-o", "c.png", "--table", "c.csv",
                 "--set", "film.size=[480,360]")  # fmt: skip
    done = fitreel("check", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("would be trained") == 2 and not (tmp_path / "runs").exists()
    assert fitreel("compare", *arguments, "--workers", "1").returncode == 0
    done = fitreel("check", *arguments)
    assert done.stdout.count("already trained") == 2 and "c.png: up to date" in done.stdout


def test_each_job_that_is_wrong_is_named_and_the_gravest_code_wins(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    wrong = {
        "key.toml": "[train]\nepoch = 6\n",
        "torch.toml": '[train]\noptimizer = "Adm"\n',
        "output.toml": '[film]\noutputs = ["{nme}.mp4"]\n',
        "data.toml": '[data]\nfile = "none.csv"\n',
        "device.toml": '[train]\ndevice = "cuda:77"\n',
        "own.toml": '[film]\noutputs = ["own.mp4"]\n',
    }
    (tmp_path / "own.mp4").write_text("somebody's")
    for name, text in wrong.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "right.toml").write_text(SMALL)
    before = files(tmp_path)
    done = fitreel("check", *wrong, "right.toml", "none.toml")
    assert done.returncode == 69 and len(done.stderr.splitlines()) == len(wrong) + 1
    for name in ("key", "torch", "output", "data", "device", "own", "none"):
        assert name in done.stderr
    assert "right.toml: nothing is wrong" in done.stdout and files(tmp_path) == before
    assert fitreel("check", "key.toml").returncode == 65
    (tmp_path / "file").touch()
    done = fitreel("check", "right.toml", "-o", "file/below/a.mp4")
    assert done.returncode == 74 and len(done.stderr.splitlines()) == 1
