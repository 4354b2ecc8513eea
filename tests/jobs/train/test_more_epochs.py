"""A job with more epochs than a complete record goes on from it, with a whole training's bits."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from support.program import train_here

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import ensure_trained
from fitreel.model.errors import Stopped
from fitreel.model.record import writer as record_writer
from fitreel.model.record.reader import Record

SMALL = ("data.points=20", "network.hidden=[5]", "train.snapshot_every=4")
SCALED = ("data.standardize=true", "data.grid=7")
MODES = ("network.dropout=0.2", "network.batch_norm=true", "train.batch_size=8")


def bits(record: Record) -> list[Any]:
    """All that is recorded but the seconds, and the state at the end."""
    numbers = [
        (
            *(s.epoch, s.loss, s.prediction.tobytes(), repr(s.metrics)),
            s.weights is not None and s.weights.tobytes(),
        )
        for s in record.snapshots(weights=True)
    ]
    arrays, tree = record.state()
    state = {name: array.tobytes() for name, array in arrays.items()}
    return [numbers, record.ending, record.ending_epoch, record.closing, state, len(tree) > 0]


def said(
    folder: Path, capsys: pytest.CaptureFixture[str], *assignments: str, force: bool = False
) -> str:
    resolved_job = resolve_job(load_job(DEMO, assignments))
    ensure_trained(resolved_job, Options(runs=folder / "runs", force=force), Report())
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "assignments",
    [
        (),
        (*SCALED, "train.optimizer=Adam", "seed=3"),
        (*MODES, "train.optimizer=Adam", 'train.scheduler={ name = "StepLR", step_size = 7 }'),
        ("train.optimizer=LBFGS", 'train.scheduler={ name = "ReduceLROnPlateau", patience = 2 }'),
        ("train.engine=batched", "train.optimizer=Adam"),
        ('train.scheduler={ name = "OneCycleLR", max_lr = 0.01, total_steps = 90 }',),
        ("train.epochs=17", "train.snapshot_every=1"),
        ("data.function=spirals", "data.validation=0.2", "train.batch_size=8"),
        ("data.function=heart", "data.standardize=true"),
        ("data.function=peaks", "data.grid=5"),
    ],
)
def test_more_epochs_have_the_bits_of_a_training_that_ran_through(
    assignments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = (*SMALL, "train.epochs=22", *assignments)
    shorter = train_here(tmp_path, *job)
    before = bits(shorter)
    text = said(tmp_path, capsys, *job, "train.epochs=43")
    assert f"going on from {shorter.path}, at epoch {shorter.ending_epoch}\n" in text
    longer = train_here(tmp_path, *job, "train.epochs=43")
    through = train_here(tmp_path / "through", *job, "train.epochs=43")
    assert bits(longer) == bits(through)
    assert longer.seconds[-1] > shorter.seconds[-1]
    assert bits(Record(shorter.path)) == before


def test_it_goes_on_from_the_one_with_most_epochs_also_under_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for epochs in (4, 12, 20):
        train_here(tmp_path, *SMALL, f"train.epochs={epochs}", "name=before")
    train_here(tmp_path, *SMALL, "train.epochs=30", "train.lr=0.06")
    assert "at epoch 12\n" in said(tmp_path, capsys, *SMALL, "train.epochs=18")
    assert "at epoch 20\n" in said(tmp_path, capsys, *SMALL, "train.epochs=25")
    assert "going on" not in said(tmp_path, capsys, *SMALL, "train.epochs=25", force=True)


@pytest.mark.parametrize(
    ("assignments", "why"),
    [
        (("train.snapshot_at=log",), "it hasn't the snapshots"),
        (('train.scheduler={ name = "OneCycleLR", max_lr = 0.1 }',), "its rates depend on"),
    ],
)
def test_where_more_epochs_change_what_came_before_it_begins_at_epoch_0_and_says_so(
    assignments: tuple[str, ...], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = (*SMALL, *assignments)
    train_here(tmp_path, *job, "train.epochs=22")
    text = said(tmp_path, capsys, *job, "train.epochs=43")
    assert "from epoch 0, not from" in text and why in text
    through = train_here(tmp_path / "through", *job, "train.epochs=43")
    assert bits(train_here(tmp_path, *job, "train.epochs=43")) == bits(through)


def test_a_damaged_record_or_one_without_its_state_is_no_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shorter = train_here(tmp_path, *SMALL, "train.epochs=22")
    through = bits(train_here(tmp_path / "through", *SMALL, "train.epochs=43"))
    (state,) = shorter.path.glob("state-*")
    (chunk,) = shorter.path.glob("snapshots-*")
    for file, change, why in (
        (state, lambda content: content[:-1] + bytes([content[-1] ^ 1]), "its bytes don't match"),
        (state, None, "no state"),
        (chunk, lambda content: content[:-1] + bytes([content[-1] ^ 1]), ""),
    ):
        if change is None:
            file.unlink()
        else:
            file.write_bytes(change(file.read_bytes()))
        text = said(tmp_path, capsys, *SMALL, "train.epochs=43")
        assert why in text and "going on" not in text
        longer = train_here(tmp_path, *SMALL, "train.epochs=43")
        assert bits(longer) == through
        shutil.rmtree(longer.path)


def test_who_is_killed_while_taking_a_record_over_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    train_here(tmp_path, *SMALL, "train.epochs=22")
    monkeypatch.setattr("fitreel.jobs.train.continuation.more_epochs.BYTES_A_CHUNK", 1)
    write, written = record_writer.RecordWriter.write, []

    def dies(self: Any, *state: Any) -> None:
        write(self, *state)
        written.append(state)
        if len(written) == 3:
            raise Stopped(15)

    with monkeypatch.context() as patch:
        patch.setattr(record_writer.RecordWriter, "write", dies)
        with pytest.raises(Stopped):
            train_here(tmp_path, *SMALL, "train.epochs=43")
    assert "going on from epoch 0\n" in said(tmp_path, capsys, *SMALL, "train.epochs=43")
    through = train_here(tmp_path / "through", *SMALL, "train.epochs=43")
    assert bits(train_here(tmp_path, *SMALL, "train.epochs=43")) == bits(through)
