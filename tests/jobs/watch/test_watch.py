"""A page that grows with a record, and what a server of it answers to whom."""

import contextlib
import fcntl
import http.client
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.browser import Tab
from support.program import FITREEL, Fitreel, time_limit, train_here

from fitreel import Recorder
from fitreel.jobs.watch import server as serving
from fitreel.jobs.watch import watched
from fitreel.jobs.watch.answer import Answer
from fitreel.jobs.watch.server import PageServer, served
from fitreel.jobs.watch.site import Site
from fitreel.model.errors import CannotWrite

X = np.linspace(-1, 1, 20)


@contextlib.contextmanager
def open_site(site: Site, port: int = 0) -> Iterator[PageServer]:
    server = PageServer(site, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked(server: PageServer, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=time_limit(10))
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def log(recorder: Recorder, step: int) -> None:
    recorder.log(step, 1 / (step + 1), X**3 * step / 10)


def test_the_page_grows_and_says_when_it_does_not(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "PATIENCE", 1000.0)
    run = tmp_path / "run"
    with open_site(Site("token", [run])) as server:
        page = chromium.new_page()
        page.goto(server.address)
        assert "Waiting" in page.inner_text("body")
        page.close()
        recorder = Recorder(run, X, X**3)
        for step in range(3):
            log(recorder, step)
        tab = Tab(chromium, server.address)
        assert tab.text("#epoch") == "2" and "learning" in tab.text("#state")
        for step in range(3, 6):
            log(recorder, step)
        tab.at(5)
        assert tab.text("#epoch") == "5"
        drawn = np.float32(tab.table(0, "line-0")["y"])
        assert np.array_equal(drawn, np.float32(X**3 * 5 / 10))
        # Nothing more comes, as where who trains was killed.
        monkeypatch.setattr(watched, "PATIENCE", 0.0)
        monkeypatch.setattr(watched, "SLOWER", 0.0)
        tab.page.wait_for_selector("#state:has-text('has stopped')")
        damaged = next(run.glob("journal-*"))
        content = damaged.read_bytes()
        damaged.write_bytes(content[:-20] + bytes(20))
        (run / "run.json").write_text("{")
        tab.page.wait_for_selector("#state:has-text('damaged')")
        assert tab.text("#epoch") == "5"
        server.shutdown()
        server.server_close()
        tab.page.wait_for_selector("#state:has-text('no longer grows')")
        assert all(each.startswith(server.address) for each in tab.requests)
        # Started again it may be found at the same port; its token is another.
        with monkeypatch.context() as patch, open_site(Site("other", [run]), server.port):
            patch.setattr(watched, "PATIENCE", 1000.0)
            tab.page.wait_for_selector("#state:has-text('open the one that it prints')")
            tab.press("Home", 0)
            tab.press("End", 5)


def test_a_record_that_is_replaced_is_shown_anew(chromium: Any, tmp_path: Path) -> None:
    """Though the new one has the same points and more snapshots: nothing of the old one stays."""
    run = tmp_path / "run"
    with Recorder(run, X, X**3) as recorder:
        for step in range(3):
            log(recorder, step)
    with open_site(Site("token", [run])) as server:
        tab = Tab(chromium, server.address)
        tab.press("ArrowLeft", 1)
        shutil.rmtree(run)
        with Recorder(run, X, X**3) as recorder:
            for step in range(5):
                recorder.log(step, 2 / (step + 1), -X * (step + 1))
        tab.page.wait_for_selector("body[data-step='1'] #loss:has-text('1.0')")
        for step in (2, 4):
            tab.page.evaluate(f"page.player.go({step})")
            tab.at(step)
            assert np.array_equal(tab.table(0, "line-0")["y"], np.float32(-X * (step + 1)))


def test_records_that_come_in_parcels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from a cluster: what is being written isn't damaged, and a minute's silence is no end."""
    whole, run = train_here(tmp_path / "whole", "train.epochs=5").path, tmp_path / "run"
    run.mkdir()
    looks = []
    for file in ("run.json", *(each.name for each in whole.glob("*.safetensors"))):
        shutil.copy(whole / file, run / file)
        looks.append(watched.look_at([run]))
    assert any(look.problem for look in looks) and not looks[-1].problem
    assert all(look.is_settled != bool(look.problem) for look in looks)
    # What is still incomplete after a while is damaged.
    next(run.glob("points-*")).unlink()
    for file in run.iterdir():
        os.utime(file, (time.time() - 30,) * 2)
    assert watched.look_at([run]).is_settled and watched.look_at([run]).problem
    record = looks[-1].records[0]
    chunk = record.chunks[-1]
    monkeypatch.setattr(watched, "_longest_gap", lambda record: 0.1)
    monkeypatch.setattr(watched.Look, "has_ended", False)
    for seconds, age, stands in ((40, 70, 0), (40, 90, 1), (900, 110, 0), (900, 130, 1)):
        # As a cluster's host writes them: many files, which come at once.
        half = np.linspace(0, seconds / 2, len(chunk))
        record.chunks[:] = [replace(chunk, seconds=half + start) for start in (0, seconds / 2)]
        assert watched.Look((record,), age=age).stands_still == stands, (seconds, age)


def test_what_is_not_for_others(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with open_site(Site("token", [tmp_path / "runs"])) as server:
        for path in ("/", "/other/", "/token", "/tokens/", "//token/x", "/token/secret",
                     "/token/../secret", "/token/%2e%2e/secret", "/token/..%2fsecret/",
                     "/token/%00/", "/token/run/run.json"):  # fmt: skip
            assert asked(server, path)[0] == 404, path
        assert asked(server, "/token/")[0] == 200
        assert asked(server, "/token/", Host="evil.example")[0] == 403
        assert asked(server, "/token/", Host="127.0.0.1.evil.example:80")[0] == 403
        assert asked(server, "/token/", Origin="http://evil.example")[0] == 403
        tunnel = f"localhost:{server.port + 1}"
        assert asked(server, "/token/", Host=tunnel, Origin=f"http://{tunnel}")[0] == 200


def test_who_reads_slowly_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Large(Site):
        def answer(self, parts: Any, query: Any) -> Answer:
            return Answer(200, body=bytes(30_000_000))

    monkeypatch.setattr(serving._Handler, "timeout", 0.3)
    with (
        open_site(Large("token", [Path()])) as server,
        socket.create_connection(("127.0.0.1", server.port)) as slow,
    ):
        slow.sendall(b"GET /token/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
        slow.recv(1)
        limit = time.monotonic() + time_limit(5)
        while server.free._value < serving.MOST_AT_ONCE:
            assert time.monotonic() < limit
            time.sleep(0.05)


def test_a_taken_port(tmp_path: Path) -> None:
    site = Site("token", [tmp_path])
    with open_site(site) as server:
        with pytest.raises(CannotWrite):
            served(site, server.port)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(serving, "FIRST_PORT", server.port)
            other, said = served(site, None)
        other.server_close()
        assert other.port > server.port and said == f"port {server.port} is taken: {other.port}"


def test_the_records_of_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("bokeh")
    for name in ("one", "two <b>"):
        with Recorder(tmp_path / name, X, X**3) as recorder:
            for step in range(3):
                log(recorder, step)
    with open_site(Site("token", [tmp_path])) as server:
        listed = asked(server, "/token/")[1].decode()
        assert "two &lt;b&gt;" in listed and "<b>" not in listed
        for link in re.findall('href="([^"]+)"', listed):
            status, page = asked(server, f"/token/{link}")
            assert status == 200 and b'id="library"' in page, link
            have = "0,0" if link == "all/" else "0"
            for version, answer in (("1.older", b'"state"'), ("0.other", b'{"reload":true}')):
                asking = f"/token/{link}updates?version={version}&have={have}"
                assert answer in asked(server, asking)[1]


def test_the_command(fitreel: Fitreel, tmp_path: Path) -> None:
    with Recorder(tmp_path / "run", X, X**3) as recorder:
        log(recorder, 0)
    missing = fitreel("watch", "nowhere")
    assert missing.returncode == 65 and "nowhere" in missing.stderr, missing
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert fitreel("watch", "run", "--port", port).returncode == 74


@pytest.mark.long
def test_the_command_until_it_is_interrupted(tmp_path: Path) -> None:
    with Recorder(tmp_path / "run", X, X**3) as recorder:
        log(recorder, 0)
    with subprocess.Popen(
        [*FITREEL, "watch", "run"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said = next(line for line in lines if "http://127.0.0.1:" in line)
        assert next(lines).startswith("from elsewhere: ssh -L ")
        address = re.search(r"http://127.0.0.1:(\d+)(/\S+/)", said)
        assert address is not None
        asking = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=time_limit(20))
        asking.request("GET", address[2])
        assert asking.getresponse().status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(time_limit(10)) == 130


@pytest.mark.long
def test_who_trains_and_who_serves_are_killed(chromium: Any, tmp_path: Path) -> None:
    """What the page has stays; started again at the same port, the server has another address."""
    settings = ("train.epochs=400000", "train.snapshot_every=1000")
    sets = [part for each in settings for part in ("--set", each)]
    quiet: dict[str, Any] = {"cwd": tmp_path, "stderr": subprocess.DEVNULL, "text": True}
    watch = [*FITREEL, "watch", "run", "--wait"]
    with subprocess.Popen([*FITREEL, "train", "-q", "--run", "run", *sets], **quiet) as training:
        with subprocess.Popen(watch, stdout=subprocess.PIPE, **quiet) as server:
            assert server.stdout is not None
            said = re.search(r"http://127.0.0.1:(\d+)/\S+/", server.stdout.readline())
            assert said is not None
            page = chromium.new_page()
            page.set_default_timeout(1000 * time_limit(60))
            page.goto(said[0])
            page.wait_for_selector("#state:has-text('learning')")
            training.kill()
            page.wait_for_selector("#state:has-text('has stopped')")
            server.kill()
        page.wait_for_selector("#state:has-text('no longer grows')")
        again = [*watch, "--port", said[1]]
        with subprocess.Popen(again, stdout=subprocess.PIPE, **quiet) as server:
            assert server.stdout is not None
            page.wait_for_selector("#state:has-text('open the one that it prints')")
            other = re.search(r"http://\S+", server.stdout.readline())
            assert other is not None
            page.goto(other[0])
            page.wait_for_selector("#state:has-text('has stopped')")
            server.kill()


@pytest.mark.long
def test_in_a_terminal(tmp_path: Path) -> None:
    """One that answers no question: blocks in colours; the last line can be read."""
    pytest.importorskip("textual_image")
    with Recorder(tmp_path / "run", X, X**3) as recorder:
        for step in range(3):
            log(recorder, step)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 480, 640))
    with subprocess.Popen(
        [*FITREEL, "watch", "run", "--terminal"], cwd=tmp_path, stdin=theirs, stdout=theirs
    ) as process:
        os.close(theirs)
        drawn = b""
        with contextlib.suppress(OSError):  # the other side has closed
            while piece := os.read(ours, 1 << 16):
                drawn += piece
        os.close(ours)
        assert process.wait(time_limit(10)) == 0
    assert "▀".encode() in drawn or "▄".encode() in drawn
    assert "epoch 2 · loss 0.33 · The training has ended." in drawn.decode()


@pytest.mark.long
def test_beside_a_training(program: Fitreel, tmp_path: Path) -> None:
    """Its page is served until the command ends, and not longer."""
    settings = ("--set", "train.epochs=12000", "--set", "film.pace=even", "--seed", "3")
    done = program("run", "--watch", *settings, "-o", "page.html")
    assert done.returncode == 0 and not done.stderr, done
    address = re.search(r"http://127.0.0.1:(\d+)/", done.stdout)
    assert address is not None and (tmp_path / "page.html").exists()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(address[1])), timeout=1)
