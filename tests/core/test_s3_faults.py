"""Uploads to a local S3 server that fails."""

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from core.cloud import gate, sending
from core.cloud.address import S3Address, S3Way
from core.cloud.s3 import check_bucket
from core.cloud.upload import UploadProgress
from core.errors import CloudError, SignInError, UnreachableError
from tests.conftest import DEAD_PROXY
from tests.core.uploading import kept, large_item, planned, ran, small_items
from tests.servers.s3 import CREDENTIALS, Fault, S3Server, read_only
from tests.servers.s3_fixtures import INPUT, LIGHTLY

PLACE = S3Address(LIGHTLY, "drive")


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(gate, "_LONGEST_WAIT", 0.1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("code", "SlowDown", every=5),
        Fault("code", "InternalError", "PUT", every=7),
        Fault("drop", method="PUT", every=9),
        Fault("corrupt", method="PUT", every=10),
        Fault("hang", method="PUT", every=11, seconds=60),
    ],
    ids=lambda fault: fault.code or fault.kind,
)
def test_faults_now_and_then_are_got_over(
    fault: Fault, s3: S3Server, way: S3Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault.kind == "hang":
        monkeypatch.setattr(sending, "_ANSWER_SECONDS", 0.5)
    items = [large_item(tmp_path), *small_items(20)]
    plan = planned(items, way)
    s3.fail(fault)
    assert ran(plan).verified == 21
    assert s3.counts()["PUT"] > 22
    s3.fail()
    assert planned(items, way).unchanged == 21


def test_after_a_crash_of_the_server_all_is_sent_again(s3: S3Server, way: S3Way) -> None:
    restarted: list[int] = []

    def crash(progress: UploadProgress) -> None:
        if progress.done_files > 0 and not restarted:
            s3.kill()
            s3.start()
            restarted.append(progress.done_files)

    with pytest.raises(CloudError, match="of 80 files are not in S3 as they were sent") as error:
        ran(planned(small_items(80), way), crash)
    assert "start the upload again, which goes on from there" in str(error.value)
    plan = planned(small_items(80), way)
    assert len(plan.send) >= restarted[0] > 0
    assert ran(plan).verified == 80


def test_a_network_that_stays_away_ends_it_and_it_can_go_on(
    s3: S3Server, way: S3Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "PATIENCE", 0.3)
    plan = planned(small_items(40), way)
    s3.fail(Fault("drop", after=20))
    with pytest.raises(UnreachableError, match="gives no answer; 20 of 40 files were sent"):
        ran(plan)
    s3.fail()
    rest = planned(small_items(40), way)
    assert (rest.unchanged, len(rest.send)) == (20, 20)
    assert ran(rest).verified == 40


def test_credentials_that_expire_meanwhile(s3: S3Server, way: S3Way) -> None:
    plan = planned(small_items(40), way)
    s3.fail(Fault("code", "ExpiredToken", after=20))
    with pytest.raises(SignInError, match=r"have expired; 20 of 40 .*aws sso login`"):
        ran(plan)


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("ExpiredToken", SignInError, "of this computer have expired: run `aws sso login`"),
        ("InvalidAccessKeyId", SignInError, "S3 does not know the access key"),
        ("SignatureDoesNotMatch", SignInError, "S3 refuses the secret key"),
        ("RequestTimeTooSkewed", CloudError, "clock differs from that of S3"),
        ("AccessDenied", CloudError, "s3://my-lightly refuses s3:ListBucket to the credentials"),
        ("SlowDown", UnreachableError, "is busy"),
        ("InternalError", UnreachableError, "failed"),
        ("InvalidRequest", CloudError, "s3://my-lightly refuses ListObjectsV2 (InvalidRequest)"),
    ],
)
def test_refusals_are_sentences_without_secrets(
    code: str,
    kind: type[CloudError],
    sentence: str,
    s3: S3Server,
    way: S3Way,
    caplog: pytest.LogCaptureFixture,
) -> None:
    s3.fail(Fault("code", code))
    caplog.set_level(logging.DEBUG)
    with pytest.raises(kind) as error:
        check_bucket(PLACE, way, writing=True)
    assert sentence in str(error.value)
    told = "".join(traceback.format_exception(error.value)) + caplog.text
    assert not [secret for secret in CREDENTIALS.values() if secret in told]


def test_a_bucket_that_can_be_used_stays_as_it_is(s3: S3Server, way: S3Way) -> None:
    check_bucket(PLACE, way, writing=True)
    assert kept(way, LIGHTLY) == {}


def test_a_read_only_bucket_is_named(s3: S3Server, way: S3Way) -> None:
    s3.fail(*read_only(LIGHTLY))
    check_bucket(PLACE, way, writing=False)
    check_bucket(S3Address(INPUT), way, writing=True)
    with pytest.raises(CloudError, match="s3://my-lightly refuses s3:PutObject"):
        check_bucket(PLACE, way, writing=True)
    with pytest.raises(CloudError, match="s3://my-lightly refuses s3:PutObject"):
        ran(planned(small_items(3), way))


def test_another_region_is_found_and_said(s3: S3Server) -> None:
    s3.fail(Fault("region", region="eu-central-1"))
    wrong = S3Way(s3.url, "us-west-2")
    with pytest.raises(CloudError, match="not in 'us-west-2': set the region to eu-central-1"):
        check_bucket(PLACE, wrong, writing=True)
    check_bucket(PLACE, S3Way(s3.url, "eu-central-1"), writing=True)
    assert ran(planned(small_items(3), wrong)).verified == 3


@pytest.mark.parametrize("code", ["AuthorizationHeaderMalformed", "PermanentRedirect"])
def test_the_right_region_is_said_where_it_is_refused(code: str, s3: S3Server) -> None:
    s3.fail(Fault("code", code, region="eu-central-1"))
    with pytest.raises(CloudError, match="not in 'us-west-2': set the region to eu-central-1"):
        check_bucket(PLACE, S3Way(s3.url, "us-west-2"), writing=True)


def test_a_bucket_that_is_not_there(way: S3Way) -> None:
    with pytest.raises(CloudError, match="There is no bucket s3://nowhere at http://127"):
        check_bucket(S3Address("nowhere"), way, writing=False)


def test_a_server_that_is_not_there(aws: None) -> None:
    with pytest.raises(UnreachableError, match=r"S3 at http://127\.0\.0\.1:9 gives no answer"):
        check_bucket(PLACE, S3Way("http://user:word@127.0.0.1:9"), writing=False)


@pytest.mark.parametrize("endpoint", ["server:9000", "ftp://server", "http://", "http://a b"])
def test_an_endpoint_that_is_no_address(endpoint: str, aws: None) -> None:
    with pytest.raises(CloudError, match="is no endpoint address: write it as https://"):
        check_bucket(PLACE, S3Way(endpoint), writing=False)


def test_a_dead_proxy_is_named_by_its_variable(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", DEAD_PROXY.replace("://", "://user:word@"))
    with pytest.raises(UnreachableError, match="HTTPS_PROXY") as error:
        check_bucket(PLACE, S3Way(region="eu-central-1"), writing=False)
    assert "word" not in str(error.value)


def test_credentials_that_are_missing(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    with pytest.raises(SignInError, match="There are no AWS credentials of this computer"):
        check_bucket(PLACE, S3Way(s3.url), writing=False)


def test_profiles_that_are_unknown_or_expired(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "aws-config"
    config.write_text("[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n")
    with pytest.raises(SignInError, match="has no profile 'home': choose one of work"):
        check_bucket(PLACE, S3Way(s3.url, profile="home"), writing=False)
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    s3.fail(Fault("code", "ExpiredToken"))
    with pytest.raises(SignInError, match=r"of the profile 'work' .* --profile work`"):
        check_bucket(PLACE, S3Way(s3.url, profile="work"), writing=False)


def test_sso_tokens_that_have_ended(tmp_path: Path, aws: None, monkeypatch: Any) -> None:
    (tmp_path / "aws-config").write_text(
        "[profile work]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
        "[sso-session s]\nsso_start_url = https://x\nsso_region = eu-central-1\n"
    )
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    with pytest.raises(SignInError, match="have expired: run `aws sso login --profile work`"):
        check_bucket(PLACE, S3Way("http://127.0.0.1:9", profile="work"), writing=False)
