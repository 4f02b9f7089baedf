"""Signed URLs, and the file that holds them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from core.cloud.address import S3Address, S3Way
from core.cloud.signing import SignedFrame, ends_earlier, sign, write_signed
from core.errors import CloudError, SignInError
from tests.servers.s3 import CREDENTIALS

AWAY = S3Way("http://127.0.0.1:9", "eu-central-1")
ONE = {"a.png": S3Address("bucket", "frames/a b.png")}


def test_signing_asks_nobody_and_says_how_long(aws: None) -> None:
    (frame,) = sign(ONE, AWAY, timedelta(days=7))
    assert frame.read_url.startswith("http://127.0.0.1:9/bucket/frames/a%20b.png?")
    assert "X-Amz-Expires=604800" in frame.read_url
    assert "eu-central-1" in frame.read_url
    (frame,) = sign(ONE, S3Way(region="eu-central-1"), timedelta(seconds=1))
    assert frame.read_url.startswith("https://bucket.s3.")
    assert "X-Amz-Expires=1&" in frame.read_url


@pytest.mark.parametrize("expiry", [timedelta(0), timedelta(days=7, seconds=1), -timedelta(days=1)])
def test_expiries_that_s3_refuses(expiry: timedelta, aws: None) -> None:
    with pytest.raises(CloudError, match="choose 1 second to 7 days"):
        sign(ONE, AWAY, expiry)


def test_temporary_credentials_are_told_from_lasting_ones(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ends_earlier(AWAY)
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    assert not ends_earlier(AWAY)


def test_signing_needs_credentials(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    with pytest.raises(SignInError, match="no AWS credentials"):
        sign(ONE, AWAY, timedelta(hours=1))


def test_only_the_file_holds_signatures_and_only_its_owner_reads_it(
    tmp_path: Path, regular_file: Path
) -> None:
    frame = SignedFrame("data/a.png", "https://host/a.png?X-Amz-Signature=secret", "s3://b/a.png")
    assert "secret" not in repr(frame)
    path = tmp_path / "urls.json"
    write_signed([frame], path)
    assert json.loads(path.read_text()) == [
        {
            "fileName": "data/a.png",
            "readUrl": "https://host/a.png?X-Amz-Signature=secret",
            "datasourceUrl": "s3://b/a.png",
        }
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CloudError, match=r"urls\.json cannot be written"):
        write_signed([frame], regular_file / "urls.json")
