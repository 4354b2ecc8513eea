"""Answers a browser on this machine, and nobody else: a token, the host's name, bounded sends."""

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from fitreel.jobs.watch.answer import NOT_FOUND, Answer
from fitreel.jobs.watch.site import Site
from fitreel.model.errors import CannotWrite

HOST = "127.0.0.1"
FIRST_PORT, TRIED = 8765, 50
"""Where a port is looked for, and how many are tried."""
NAMES = {"127.0.0.1", "localhost", "[::1]"}
"""By which a browser may call this machine: at the end of a tunnel its port may be another."""
SLOWEST = 20.0
"""Seconds in which a piece of an answer has to be taken."""
PIECE = 1 << 16
MOST_AT_ONCE = 16
"""Answers in the making; who comes then is told to come again."""


class PageServer(ThreadingHTTPServer):
    """Serves a site on 127.0.0.1.

    Raises:
        CannotWrite: the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.free = threading.BoundedSemaphore(MOST_AT_ONCE)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise CannotWrite(f"port {port} of {HOST} can't be had: {error.strerror}") from error

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """What a browser is given."""
        return f"http://{HOST}:{self.port}/{self.site.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Who goes away in the middle is no news."""


def served(site: Site, port: int | None) -> tuple[PageServer, str]:
    """A server on that port, or on the first that is free; and what is to be said of that.

    Raises:
        CannotWrite: the port is taken, or all that were tried.
    """
    if port is not None:
        return PageServer(site, port), ""
    for number in range(FIRST_PORT, FIRST_PORT + TRIED):
        try:
            server = PageServer(site, number)
        except CannotWrite:
            continue
        return server, "" if number == FIRST_PORT else f"port {FIRST_PORT} is taken: {number}"
    raise CannotWrite(f"no port from {FIRST_PORT} to {FIRST_PORT + TRIED - 1} is free; --port N")


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    timeout = SLOWEST
    server_version = "fitreel"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer, if it is for us and not too many ask at once."""
        if not self.server.free.acquire(blocking=False):
            self._send(Answer(503, body=b"Busy; ask again.\n"))
            return
        try:
            self._send(self._answer())
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True
        finally:
            self.server.free.release()

    def _answer(self) -> Answer:
        if _name_of(self.headers.get("Host", "")) not in NAMES:
            return Answer(403, body=b"Not by this name.\n")
        origin = self.headers.get("Origin")
        if origin is not None and _name_of(urlsplit(origin).netloc) not in NAMES:
            return Answer(403, body=b"Not from there.\n")
        parts = urlsplit(self.path)
        token, *rest = parts.path.lstrip("/").split("/")
        if not hmac.compare_digest(token.encode(), self.server.site.token.encode()) or not rest:
            return NOT_FOUND
        names = [unquote(part) for part in rest]
        if any(name in (".", "..") or "/" in name or "\0" in name for name in names):
            return NOT_FOUND
        return self.server.site.answer(names, dict(parse_qsl(parts.query)))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": "frame-ancestors 'none'",
            "Connection": "close",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        # Each piece has its own time limit, so a slow reader holds nothing for long.
        for start in range(0, len(answer.body), PIECE):
            self.wfile.write(answer.body[start : start + PIECE])

    def log_message(self, format: str, *args: object) -> None:
        """A terminal is no log of requests."""


def _name_of(host: str) -> str:
    """A host's name without its port."""
    name, _, port = host.rpartition(":")
    return name.lower() if name and port.isdigit() else host.lower()
