"""Lightly's token, where it is kept, and how it stays out of what is written."""

import logging
import traceback
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from core.cloud.token import (
    SERVICE,
    forget_token,
    keep_token,
    lightly_token,
    redacted,
    token_source,
)
from core.errors import SignInError
from core.logs import start_logging
from tests.core.lightly_runs import sentence

PLANTED = "planted-0123456789+/token"


class InMemory(KeyringBackend):
    """A keyring that can be locked."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """Fails when locked."""
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Fails when locked."""
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Fails when locked, or when there is none."""
        self._check()
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked


@pytest.fixture
def ring() -> Iterator[InMemory]:
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_without_any_token_a_sentence_says_where_to_put_it() -> None:
    assert token_source() is None
    assert "LIGHTLY_TOKEN" in sentence(lightly_token, SignInError)


def test_a_kept_token_is_found_again_and_forgotten(ring: InMemory) -> None:
    keep_token(f" {PLANTED}\n")
    assert list(ring.kept.values()) == [PLANTED]
    assert [service for service, _ in ring.kept] == [SERVICE]
    assert (lightly_token(), token_source()) == (PLANTED, "keyring")
    forget_token()
    assert token_source() is None
    forget_token()


def test_the_environment_comes_first(ring: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_token(PLANTED)
    monkeypatch.setenv("LIGHTLY_TOKEN", "of-the-environment")
    assert (lightly_token(), token_source()) == ("of-the-environment", "environment")


def test_a_locked_keyring_is_named_when_storing_and_is_none_when_reading(ring: InMemory) -> None:
    keep_token(PLANTED)
    ring.locked = True
    assert token_source() is None
    assert PLANTED not in sentence(lambda: keep_token(PLANTED))


def test_a_computer_without_keyring_says_so() -> None:
    text = sentence(lambda: keep_token(PLANTED))
    assert "keyring" in text
    assert "LIGHTLY_TOKEN" in text
    forget_token()


def test_an_empty_token_is_refused() -> None:
    sentence(lambda: keep_token("  "), SignInError)


def test_addresses_keep_all_but_what_is_secret() -> None:
    address = (
        "GET https://b.s3.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIA123%2F20261123&X-Amz-Expires=600"
        "&X-Amz-Security-Token=session%2Ftoken&X-Amz-Signature=0abc12 and ?token=abc&x=1"
        " publicToken=jwt.a.b AWSAccessKeyId=AKIA9&Signature=zzz%3D&Expires=1"
    )
    text = redacted(address)
    for secret in ("AKIA123", "session%2Ftoken", "0abc12", "=abc", "jwt.a.b", "AKIA9", "zzz"):
        assert secret not in text
    for plain in ("b.s3.amazonaws.com/a.png", "X-Amz-Expires=600", "&x=1", "Expires=1"):
        assert plain in text


def test_known_secrets_are_hidden_wherever_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTLY_TOKEN", PLANTED)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret/of+aws/0123456789")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-of-aws-0123456789")
    text = redacted(
        f"{{'a': '{PLANTED}'}} planted-0123456789%2B%2Ftoken secret/of+aws/0123456789 "
        "session-of-aws-0123456789 a token of thanks"
    )
    assert text == "{'a': '[hidden]'} [hidden] [hidden] [hidden] a token of thanks"


def test_the_log_file_has_no_secret_of_messages_arguments_and_exceptions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIGHTLY_TOKEN", PLANTED)
    path = start_logging()
    log = logging.getLogger("urllib3.connectionpool")
    log.warning("Retrying after connection broken by %r: %s", OSError(), f"/v1?token={PLANTED}")
    try:
        raise OSError(f"https://api.lightly.ai/v1/datasets?token={PLANTED}")
    except OSError:
        log.exception("failed with %s", PLANTED, stack_info=True)
        assert PLANTED in traceback.format_exc()
    logging.getLogger("botocore.auth").debug("StringToSign")
    text = path.read_text()
    assert "Retrying" in text
    assert "Traceback" in text
    assert "token=[hidden]" in text
    assert PLANTED not in text
    assert "StringToSign" not in text
