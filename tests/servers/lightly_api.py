"""Lightly's platform on 127.0.0.1: checks each request with the models of Lightly's own client.

By hand: `python -m tests.servers.lightly_api --port 8000 --s3 http://127.0.0.1:5000`, then
`LIGHTLY_SERVER_LOCATION=http://127.0.0.1:8000` and `LIGHTLY_TOKEN` as printed. `GET /control`
says what was made; `POST /control` takes `{"failure": str, "polls_open": int, "faults": [...]}`.
"""

import argparse
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.lightly_platform import TOKEN, Download, Platform, RefusedError
from tests.servers.lightly_worker import Bucket, Worker

HANGING = 20.0
"""Seconds that a request hangs unless the server is stopped."""


@dataclass
class Fault:
    """Something that goes wrong with the next requests that match."""

    kind: Literal["503", "hang", "drop", "lose", "cut", "portal"]
    """Overloaded; no answer; closed before; closed after it was done; half of the answer; a page
    for people."""
    method: str = ""
    """Empty for any."""
    path: str = ""
    """A regular expression that is found in the path."""
    times: int = 1

    def takes(self, method: str, path: str) -> bool:
        """Whether this request fails; counts it then."""
        fits = self.times > 0 and self.method in ("", method) and re.search(self.path, path)
        self.times -= bool(fits)
        return bool(fits)


class LightlyServer(ThreadingHTTPServer):
    """Serves a `Platform`; what goes wrong is in `faults`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, platform: Platform, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.platform = platform
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        """Method and path of each, without the query."""
        self.stopped = threading.Event()
        platform.url = self.url

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what the tests are about."""

    def control(self, order: dict[str, Any]) -> None:
        """Do what `POST /control` asks for."""
        self.faults += [Fault(**fault) for fault in order.pop("faults", [])]
        for name, value in order.items():
            if name not in ("failure", "polls_open", "automatic", "foreign"):
                raise RefusedError(400, "BAD_REQUEST", f"no order {name}")
            setattr(self.platform, name, value)


@contextmanager
def serving(platform: Platform | None = None, port: int = 0) -> Iterator[LightlyServer]:
    """A server in a thread of its own."""
    server = LightlyServer(platform or Platform(), port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: LightlyServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Head and body in one packet: else each answer waits 40 ms for the other side.

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def handle_request(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        length = int(self.headers.get("Content-Length", 0))
        content = self.rfile.read(length)
        if parts.path == "/control":
            return self._control(content)
        self.server.requests.append(f"{self.command} {parts.path}")
        faults = self.server.faults
        fault = next((f.kind for f in faults if f.takes(self.command, parts.path)), None)
        if fault == "hang":
            self.server.stopped.wait(HANGING)
        if fault in ("hang", "drop"):
            return self._hang_up()
        if fault == "portal":
            return self._send(200, b"<html>Pay for the network</html>", {})
        if fault == "503":
            return self._answer(503, _error("BAD_REQUEST", "overloaded"))
        try:
            body = json.loads(content) if content else None
            path = unquote(parts.path)
            given = self.server.platform.answer(self.command, path, query, body)
        except RefusedError as error:
            given = error
        if fault == "lose":
            return self._hang_up()
        if isinstance(given, RefusedError):
            return self._answer(given.status, _error(given.code, str(given)))
        if isinstance(given, Download):
            return self._download(given, cut=fault == "cut")
        return self._answer(201 if self.command == "POST" else 200, given)

    do_GET = do_POST = do_PUT = handle_request  # noqa: N815

    def _control(self, content: bytes) -> None:
        if self.command == "POST":
            self.server.control(json.loads(content))
        platform = self.server.platform
        self._answer(200, {**platform.counts(), "requests": self.server.requests})

    def _answer(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _download(self, file: Download, *, cut: bool) -> None:
        if file.elsewhere:
            return self._send(302, b"", {"Location": file.elsewhere})
        first = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        if first >= len(file.data):
            return self._send(416, b"", {})
        content = file.data[first:]
        headers = {"Content-Type": "application/octet-stream"}
        if cut:
            self._send(200, content, headers, sent=len(content) // 2)
            return self._hang_up()
        return self._send(206 if first else 200, content, headers)

    def _send(
        self, status: int, content: bytes, headers: dict[str, str], *, sent: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:sent])

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True


def _error(code: str, text: str) -> dict[str, str]:
    from lightly.openapi_generated.swagger_client.models import ApiErrorResponse

    answer: dict[str, str] = ApiErrorResponse(code=code, error=text).to_dict(by_alias=True)
    return answer


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--s3", default="", help="address of a server that speaks S3")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--poll", type=int, default=1, help="questions until a worker is there")
    options = parser.parse_args()
    worker = Worker(Bucket(options.s3)) if options.s3 else None
    platform = Platform(token=options.token, worker=worker, polls_open=options.poll)
    with serving(platform, options.port) as server:
        sys.stdout.write(f"LIGHTLY_SERVER_LOCATION={server.url} LIGHTLY_TOKEN={options.token}\n")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
