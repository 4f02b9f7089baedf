"""Uploads to a local S3 server that works well."""

import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from core.cloud.address import S3Address, S3Way
from core.cloud.s3 import s3_client
from core.cloud.signing import sign
from core.cloud.upload import Item, TargetPlan, UploadProgress
from core.errors import Cancelled, CloudError
from tests.core.uploading import LARGE, kept, large_item, planned, ran, small_items
from tests.servers.s3 import Fault, S3Server
from tests.servers.s3_fixtures import INPUT, LIGHTLY

MANY = 600
"""Files that no computer sends before it is asked whether to pause or stop."""


def test_all_of_it_arrives_in_both_buckets_and_is_verified(
    s3: S3Server, way: S3Way, tmp_path: Path
) -> None:
    items = [large_item(tmp_path), *small_items(20)]
    plan = planned(iter(items), way)
    small = sum(len(item.source) for item in items[1:] if isinstance(item.source, bytes))
    assert plan.targets == (
        TargetPlan(S3Address(INPUT, "drive"), 1, LARGE),
        TargetPlan(S3Address(LIGHTLY, "drive"), 20, small),
    )
    assert (plan.bytes_to_send, plan.unchanged) == (LARGE + small, 0)
    assert s3.counts()["PUT"] == 0

    seen: list[UploadProgress] = []
    result = ran(plan, seen.append)
    assert (result.sent, result.verified, result.bytes_sent) == (21, 21, LARGE + small)
    assert (seen[-1].done_files, seen[-1].done_bytes) == (21, LARGE + small)
    assert seen[-1].seconds_left == 0
    assert kept(way, INPUT) == {"drive/data/clip.mp4": b"v" * LARGE}
    assert kept(way, LIGHTLY) == {item.address.prefix: item.source for item in items[1:]}
    head = s3_client(way).head_object(Bucket=INPUT, Key="drive/data/clip.mp4")
    assert head["ContentType"] == "video/mp4"


def test_a_second_upload_sends_only_what_changed(s3: S3Server, way: S3Way, tmp_path: Path) -> None:
    video = large_item(tmp_path)
    ran(planned([video, *small_items(20)], way))
    s3.counts()
    same = planned([video, *small_items(20)], way)
    assert (same.send, same.unchanged) == ((), 21)
    assert s3.counts().keys() == {"GET"}
    assert ran(same).verified == 21

    items = small_items(20)
    items[7] = Item(items[7].address, b"other")
    s3.counts()
    result = ran(planned([video, *items], way))
    assert (result.sent, result.unchanged, result.verified) == (1, 20, 21)
    assert s3.counts()["PUT"] == 1
    assert kept(way, LIGHTLY)[items[7].address.prefix] == b"other"


def test_a_large_file_of_the_same_size_is_told_apart(way: S3Way, tmp_path: Path) -> None:
    ran(planned([large_item(tmp_path)], way))
    plan = planned([large_item(tmp_path, b"w")], way)
    assert len(plan.send) == 1
    ran(plan)
    assert kept(way, INPUT)["drive/data/clip.mp4"][-1:] == b"w"


def test_large_bytes_go_in_parts_too_and_names_may_be_any(way: S3Way) -> None:
    item = Item(S3Address(INPUT, "bild ä+b & c.png"), b"p" * LARGE)
    ran(planned([item], way))
    assert planned([item], way).unchanged == 1


def test_while_paused_nothing_starts_and_then_it_goes_on(s3: S3Server, way: S3Way) -> None:
    seen: list[UploadProgress] = []

    def paused() -> bool:
        # Once something has arrived, until three reports in a row say the same.
        if len(seen) > 3 and len({p.done_files for p in seen[-3:] if p.paused}) == 1:
            resumed.append(seen[-1].done_files)
        return bool(seen) and seen[-1].done_files > 0 and not resumed

    resumed: list[int] = []
    result = ran(planned(small_items(MANY), way), seen.append, paused=paused)
    assert result.verified == MANY
    assert any(p.paused and p.seconds_left is None for p in seen)
    assert 0 < resumed[0] < MANY
    assert s3.counts()["PUT"] == MANY


def test_cancelling_keeps_what_arrived_and_the_rest_follows(way: S3Way) -> None:
    seen: list[UploadProgress] = []
    items = small_items(MANY)
    with pytest.raises(Cancelled):
        ran(planned(items, way), seen.append, lambda: bool(seen) and seen[-1].done_files > 0)
    plan = planned(items, way)
    assert plan.unchanged >= seen[-1].done_files > 0
    assert len(plan.send) > 0
    assert ran(plan).verified == MANY


def test_a_large_file_that_is_cancelled_leaves_no_parts(
    s3: S3Server, way: S3Way, tmp_path: Path
) -> None:
    s3.fail(Fault("hang", method="PUT", after=1, seconds=0.5, times=1))
    with pytest.raises(Cancelled):
        ran(planned([large_item(tmp_path)], way), cancelled=lambda: s3.counts()["PUT"] > 0)
    assert "Uploads" not in s3_client(way).list_multipart_uploads(Bucket=INPUT)
    assert kept(way, INPUT) == {}


def test_etags_that_are_no_checksums_are_remembered(
    s3: S3Server, way: S3Way, tmp_path: Path
) -> None:
    s3.fail(Fault("opaque"))
    memory = tmp_path / "memory.json"
    items = [large_item(tmp_path), *small_items(5)]
    assert ran(planned(items, way, memory)).verified == 6
    assert planned(items, way, memory).unchanged == 6
    assert len(planned([items[0], *small_items(5, "other")], way, memory).send) == 5
    memory.write_text("{")
    assert planned(items, way, memory).unchanged == 0
    assert planned(items, way).unchanged == 0


def test_files_that_change_meanwhile_are_named(way: S3Way, tmp_path: Path) -> None:
    small = Item(S3Address(INPUT, "a.txt"), tmp_path / "a.txt")
    for item in (small, large_item(tmp_path)):
        assert isinstance(item.source, Path)
        item.source.write_bytes(b"x" * (LARGE if item is not small else 3))
        plan = planned([item], way)
        item.source.write_bytes(b"y" * LARGE)
        with pytest.raises(CloudError, match="changed while it was uploaded"):
            ran(plan)


def test_a_plan_refuses_what_cannot_be_sent(way: S3Way, tmp_path: Path) -> None:
    item = small_items(1)[0]
    with pytest.raises(CloudError, match="Two files would go to s3://my-lightly/drive"):
        planned([item, item], way)
    missing = Item(item.address, tmp_path / "missing.mp4")
    with pytest.raises(CloudError, match=r"missing\.mp4 cannot be read"):
        planned([missing], way)


def test_what_others_take_away_meanwhile_is_named(s3: S3Server, way: S3Way) -> None:
    plan = planned(small_items(30), way)
    client = s3_client(way)

    def remove(progress: UploadProgress) -> None:
        if progress.done_files == 30:
            client.delete_object(Bucket=LIGHTLY, Key=plan.send[3].address.prefix)

    with pytest.raises(CloudError, match=r"1 of 30 files are not in S3 .*clip-003-mp4\.json"):
        ran(plan, remove)
    assert planned(small_items(30), way).unchanged == 29


def test_a_signed_url_gives_the_bytes_to_anybody(way: S3Way) -> None:
    item = small_items(1)[0]
    ran(planned([item], way))
    (frame,) = sign({"data/x.json": item.address}, way, timedelta(hours=1))
    with urllib.request.urlopen(frame.read_url) as answer:
        assert answer.read() == item.source
    assert frame.datasource_url == str(item.address)
