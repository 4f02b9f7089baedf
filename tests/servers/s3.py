"""A server that speaks S3, in a process of its own: moto's, with faults on demand.

    python -m tests.servers.s3 --port 5001 --bucket my-input --bucket my-lightly

It takes any credentials, keeps everything in memory, and prints its address as soon as it answers.
Tests use `S3Server`, which controls faults and reads counts over HTTP:

    POST /_tests/faults   a list of `Fault`s as JSON, which replace those before
    POST /_tests/clear    no faults, no counts, empty buckets
    GET  /_tests/counts   requests since the last time that this was asked, by method
    GET  /_tests/usage    seconds of processor time that the server has taken
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import threading
import time
import urllib.request
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import md5
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

REPOSITORY = Path(__file__).resolve().parents[2]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAPLANTEDKEYID0000",
    "AWS_SECRET_ACCESS_KEY": "planted-secret-access-key",
    "AWS_SESSION_TOKEN": "planted-session-token",
}
"""What tests sign with; no text that the program writes may hold a value of them."""

Start = Callable[..., Any]
FaultKind = Literal["code", "hang", "drop", "cut", "corrupt", "region", "opaque"]
_STATUS = {
    "SlowDown": "503 Slow Down",
    "InternalError": "500 Internal Server Error",
    "AccessDenied": "403 Forbidden",
    "InvalidAccessKeyId": "403 Forbidden",
    "SignatureDoesNotMatch": "403 Forbidden",
    "RequestTimeTooSkewed": "403 Forbidden",
    "PermanentRedirect": "301 Moved Permanently",
}
"""Of the errors that are no `400 Bad Request`."""
_READY = "listening on "


@dataclass(frozen=True)
class Fault:
    """What goes wrong with requests.

    Of those that fit `method` and `bucket` the first `after` are well; then every `every`-th one
    is not, `times` times at most.
    """

    kind: FaultKind
    """`code`: an error; `hang`: no answer for `seconds`; `drop`: the connection ends; `cut`: it
    ends within the answer; `corrupt`: a body arrives damaged; `region`: every region but `region`
    is refused; `opaque`: the bucket encrypts with a key of KMS, and ETags (of all buckets) are no
    MD5s."""
    code: str = ""
    """S3's name of the error."""
    method: str = ""
    """Empty for all."""
    bucket: str = ""
    """Empty for all."""
    every: int = 1
    after: int = 0
    times: int = 1 << 30
    seconds: float = 30
    region: str = ""


def read_only(bucket: str) -> tuple[Fault, Fault]:
    """Nothing may be written into a bucket."""
    return (
        Fault("code", "AccessDenied", "PUT", bucket),
        Fault("code", "AccessDenied", "POST", bucket),
    )


class S3Server:
    """The server as tests use it."""

    def __init__(self, buckets: Sequence[str] = (), port: int = 0) -> None:
        self._buckets = tuple(buckets)
        self.port = port
        self._process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        """The endpoint address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        """Whether it has been started, and not been killed."""
        return self._process is not None

    def start(self) -> None:
        """Start it, on the same port if it ran before; returns when it answers."""
        buckets = [f"--bucket={bucket}" for bucket in self._buckets]
        command = [sys.executable, "-m", "tests.servers.s3", f"--port={self.port}", *buckets]
        self._process = subprocess.Popen(
            [*command, "--until-input-ends"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith(_READY), f"the server did not start: {line!r}"
        self.port = int(line.rpartition(":")[2])

    def kill(self) -> None:
        """End it at once, as a crash would; what it kept is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def fail(self, *faults: Fault) -> None:
        """From now on these faults, and no others."""
        self._ask("faults", json.dumps([asdict(fault) for fault in faults]).encode())

    def counts(self) -> Counter[str]:
        """Requests since the last call of this, by method."""
        return Counter(self._ask("counts"))

    def processor_seconds(self) -> float:
        """Processor time that the server has taken since it started."""
        return float(self._ask("usage"))

    def clear(self) -> None:
        """As it was when it started: no faults, no counts, empty buckets."""
        self._ask("clear", b"")

    def _ask(self, what: str, data: bytes | None = None) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/_tests/{what}", data, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def s3_server(*buckets: str) -> Iterator[S3Server]:
    """A server with these buckets, until the block ends."""
    server = S3Server(buckets)
    try:
        yield server
    finally:
        server.kill()


class FaultyServer:
    """WSGI application between HTTP and moto's."""

    def __init__(self, app: Callable[..., Iterable[bytes]], buckets: Sequence[str]) -> None:
        self._app = app
        self._buckets = buckets
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._seen: list[int] = []
        self._counts: Counter[str] = Counter()
        make_buckets(buckets)
        _hide_etags(lambda: any(fault.kind == "opaque" for fault in self._faults))

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if path.startswith("/_tests/"):
            return _answer(start, "200 OK", json.dumps(self._control(path[8:], environ)))
        for fault in self._due(environ["REQUEST_METHOD"], path.lstrip("/").partition("/")[0]):
            if fault.kind == "cut":
                return _cut(self._app(environ, start), environ)
            answer = _failed(fault, environ, start)
            if answer is not None:
                return answer
            start = _telling(fault, start)
        return self._app(environ, start)

    def _due(self, method: str, bucket: str) -> list[Fault]:
        due = []
        with self._lock:
            self._counts[method] += 1
            for number, fault in enumerate(self._faults):
                if fault.method in ("", method) and fault.bucket in ("", bucket):
                    self._seen[number] += 1
                    turn, rest = divmod(self._seen[number] - fault.after, fault.every)
                    if not rest and 0 < turn <= fault.times:
                        due.append(fault)
        return due

    def _control(self, what: str, environ: dict[str, Any]) -> object:
        with self._lock:
            if what == "usage":
                return time.process_time()
            if what == "counts":
                counts, self._counts = self._counts, Counter()
                return counts
            rows = json.loads(_body(environ) or b"[]")
            self._faults = [Fault(**row) for row in rows]
            self._seen = [0] * len(rows)
            if what == "clear":
                self._counts.clear()
                make_buckets(self._buckets)
        return None


def make_buckets(names: Sequence[str]) -> None:
    """Forget all buckets, and make these."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    backend.reset()
    for name in names:
        backend.create_bucket(name, "us-east-1")


def _failed(fault: Fault, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
    """The answer of a fault, or None where moto shall answer."""
    if fault.kind == "opaque":
        return None
    if fault.kind == "region" and f"/{fault.region}/s3/" in environ.get("HTTP_AUTHORIZATION", ""):
        return None
    body = _body(environ)  # an answer before all is read would break the connection
    if fault.kind == "corrupt":
        return _damaged(body, environ, start)
    if fault.kind == "region":
        return _refused(start, fault.code or "AuthorizationHeaderMalformed", fault.region)
    if fault.kind == "drop":
        environ["werkzeug.socket"].shutdown(2)
    if fault.kind == "hang":
        time.sleep(fault.seconds)
    return _refused(start, fault.code or "InternalError", fault.region)


def _cut(answer: Iterable[bytes], environ: dict[str, Any]) -> Iterator[bytes]:
    content = b"".join(answer)
    yield content[: len(content) // 2]
    environ["werkzeug.socket"].shutdown(2)


def _telling(fault: Fault, start: Start) -> Start:
    """What S3 says of a bucket in the headers of every answer."""
    if fault.kind == "opaque":
        more = [("x-amz-server-side-encryption", "aws:kms")]
    elif fault.kind == "region":
        more = [("x-amz-bucket-region", fault.region)]
    else:
        return start
    return lambda status, headers, *rest: start(status, [*headers, *more], *rest)


def _damaged(body: bytes, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
    """S3 compares bodies with `Content-MD5`, moto does not."""
    damaged = bytes([body[0] ^ 1]) + body[1:] if body else b""
    expected = environ.get("HTTP_CONTENT_MD5")
    if expected and b64encode(md5(damaged).digest()).decode() != expected:
        return _refused(start, "BadDigest")
    environ["wsgi.input"] = BytesIO(damaged)
    return None


def _refused(start: Start, code: str, region: str = "") -> Iterable[bytes]:
    inner = f"<Code>{code}</Code><Message>A fault that a test asked for</Message>"
    if region:
        inner += f"<Region>{region}</Region>"
    return _answer(start, _STATUS.get(code, "400 Bad Request"), f"<Error>{inner}</Error>", region)


def _answer(start: Start, status: str, text: str, region: str = "") -> Iterable[bytes]:
    headers = [("Content-Length", str(len(text)))]
    start(status, headers + ([("x-amz-bucket-region", region)] if region else []))
    return [text.encode()]


def _body(environ: dict[str, Any]) -> bytes:
    content: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return content


def _hide_etags(hidden: Callable[[], bool]) -> None:
    """While `hidden`, ETags differ for each object, even where contents are the same."""
    from moto.s3.models import FakeKey

    plain = FakeKey.etag.fget
    assert plain is not None

    def etag(key: FakeKey) -> str:
        shown = plain(key)
        return f'"{md5(f"{shown}{id(key)}".encode()).hexdigest()}"' if hidden() else shown

    FakeKey.etag = property(etag)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--bucket", action="append", default=[], help="made at the start")
    parser.add_argument("--until-input-ends", action="store_true", help="end with the parent")
    options = parser.parse_args()
    if options.until_input_ends:
        threading.Thread(target=_end_with_input, daemon=True).start()

    from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # Only S3: to find out which service is meant takes moto longer than to answer.
    app = FaultyServer(create_backend_app("s3"), options.bucket)
    server = make_server(
        "127.0.0.1", options.port, app, threaded=True, request_handler=MotoRequestHandler
    )
    sys.stdout.write(f"{_READY}http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
