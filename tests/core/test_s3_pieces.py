"""What uploads are made of, without a server."""

from hashlib import md5
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cloud import progress
from core.cloud.address import S3Address, S3Way
from core.cloud.contents import PART, content_of, part_size
from core.cloud.gate import Gate
from core.cloud.listing import Listed, listed
from core.cloud.progress import Meter
from core.errors import Cancelled


class Bucket:
    """The one call of a client that listing needs."""

    def __init__(self, keys: list[str], page: int) -> None:
        self._keys, self._page, self.requests = sorted(keys), page, 0

    def list_objects_v2(self, *, Bucket: str, Prefix: str, StartAfter: str) -> dict[str, Any]:  # noqa: N803
        self.requests += 1
        left = [key for key in self._keys if key.startswith(Prefix) and key > StartAfter]
        entries = [{"Key": key, "Size": len(key), "ETag": '"e"'} for key in left[: self._page]]
        return {"Contents": entries, "IsTruncated": len(left) > self._page}


KEYS = st.lists(st.text("ab/0", min_size=1, max_size=5), unique=True, max_size=40)


@settings(max_examples=50, deadline=None)
@given(KEYS, KEYS, st.integers(1, 5))
def test_exactly_the_wanted_that_are_there_are_found(
    there: list[str], wanted: list[str], page: int
) -> None:
    found = listed(Bucket(there, page), S3Way(), [S3Address("bucket", key) for key in wanted])
    both = set(there) & set(wanted)
    assert found == {S3Address("bucket", key): Listed(len(key), "e") for key in both}


def test_a_few_among_very_many_cost_few_requests() -> None:
    bucket = Bucket([f"data/{n:06d}.png" for n in range(100_000)], 1000)
    wanted = [S3Address("bucket", f"data/{n:06d}.png") for n in (5, 50_000, 99_999)]
    assert len(listed(bucket, S3Way(), wanted)) == 3
    assert bucket.requests == 3
    bucket.requests = 0
    assert len(listed(bucket, S3Way(), [wanted[0].below("x"), *wanted])) == 3
    assert bucket.requests == 4


def test_parts_are_as_large_as_they_must_be() -> None:
    assert part_size(PART * 10_000) == PART
    assert part_size(PART * 10_000 + 1) == 2 * PART


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1, 2 * PART, 2 * PART + 1])
def test_the_etag_is_that_of_s3(size: int) -> None:
    data = b"x" * size
    parts = [md5(data[at : at + PART]).digest() for at in range(0, size, PART)]
    composed = f"{md5(b''.join(parts)).hexdigest()}-{len(parts)}"
    expected = md5(data).hexdigest() if size <= PART else composed
    assert content_of(data, lambda: False).etag == expected


def test_the_time_left_is_that_of_the_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock)
    meter = Meter(total_bytes=1100, total_files=101, large_bytes=1000, large=1)
    assert meter.progress(paused=False).seconds_left is None
    clock += 2
    for _ in range(20):
        meter.count_small(1)
    meter.count_part(500)
    seen = meter.progress(paused=False)
    assert (seen.done_bytes, seen.done_files, seen.bytes_per_second) == (520, 20, 260)
    assert seen.seconds_left == 8  # 80 small files at 10 a second; the large one needs 2
    assert meter.progress(paused=True).seconds_left is None


def test_a_pause_holds_requests_and_a_stop_ends_them() -> None:
    gate, entered = Gate(), Event()
    gate.pause(True)
    thread = Thread(target=lambda: (gate.enter(), entered.set()), daemon=True)
    thread.start()
    assert not entered.wait(0.05)
    gate.pause(False)
    assert entered.wait(10)
    gate.stop()
    gate.pause(True)
    with pytest.raises(Cancelled):
        gate.enter()
