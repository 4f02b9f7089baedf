"""Fixtures with a local S3 server; import them into the `conftest.py` beside the tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cloud.address import S3Way
from tests.servers.s3 import CREDENTIALS, S3Server, s3_server

INPUT, LIGHTLY = "my-input", "my-lightly"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Planted credentials, and nothing of this computer's AWS configuration or proxies."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def s3_process() -> Iterator[S3Server]:
    """The server of this test process."""
    with s3_server(INPUT, LIGHTLY) as server:
        yield server


@pytest.fixture
def s3(s3_process: S3Server, aws: None) -> S3Server:
    """A server with the buckets `INPUT` and `LIGHTLY`, empty, without faults."""
    if not s3_process.runs:
        s3_process.start()
    s3_process.clear()
    return s3_process


@pytest.fixture
def way(s3: S3Server) -> S3Way:
    """The way to that server."""
    return S3Way(s3.url)
