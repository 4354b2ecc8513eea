"""Variables of the environment: none changes a promised pixel, or a bit of a training."""

import os
import subprocess
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from support.program import FITREEL

from fitreel.model.record.reader import Record

VARIABLES = {
    "FREETYPE_PROPERTIES": "truetype:interpreter-version=35 cff:no-stem-darkening=0",
    "MPLBACKEND": "svg",
    "MATPLOTLIBRC": "/dev/null",
    "MPLCONFIGDIR": "/nonexistent",
    "FONTCONFIG_FILE": "/dev/null",
    "XDG_CONFIG_HOME": "/nonexistent",
    "SOURCE_DATE_EPOCH": "1",
    "PYTHONHASHSEED": "7",
    "PYTHONOPTIMIZE": "1",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "tr_TR.UTF-8",
    "TZ": "Asia/Tokyo",
    "OMP_NUM_THREADS": "3",
    "MKL_NUM_THREADS": "3",
    "OPENBLAS_NUM_THREADS": "3",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    "FFREPORT": "file=report.log",
    "AV_LOG_FORCE_COLOR": "1",
    "COLUMNS": "20",
    "TORCH_LOGS": "",
}
DEMO = ("-o", "a.png", "-o", "a.mp4")
THEMED = ("-o", "b.png", "--set", "film.theme=dark", "--set", "film.size=[480,360]")


@pytest.mark.long
def test_none_of_them_changes_a_pixel_or_a_bit(tmp_path: Path) -> None:
    """A training and its demo film, and the same in a theme, in processes that have them all."""
    job = ("run", "-q", "--set", "train.epochs=25")
    for here, more in (("plain", dict[str, str]()), ("with", VARIABLES)):
        (tmp_path / here).mkdir()
        for outputs in (DEMO, THEMED):
            done = subprocess.run(
                [*FITREEL, *job, *outputs],
                cwd=tmp_path / here, env=os.environ | more, capture_output=True, text=True,
            )  # fmt: skip
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in ("a.png", "b.png"):
        plain, other = (iio.imread(tmp_path / here / name) for here in ("plain", "with"))
        assert np.array_equal(plain, other), name
    runs = [Record(next((tmp_path / here).glob("runs/[!.]*"))) for here in ("plain", "with")]
    pairs = zip(*(run.snapshots(range(len(run))) for run in runs), strict=True)
    assert all(np.array_equal(one.prediction, other.prediction) for one, other in pairs)
    left = {path.name for path in (tmp_path / "with").glob("[!.]*")}
    # ffmpeg's own log is what FFREPORT asks for.
    assert left - {"report.log"} == {"a.png", "a.mp4", "b.png", "runs"}
