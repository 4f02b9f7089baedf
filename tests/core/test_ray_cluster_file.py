"""The cluster file that comes with the documentation, read by Ray and tried on a simulated EC2."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY

pytest.importorskip("ray")

from core.batch.on_ray import CPUS_BESIDE_GPU

_FILE = REPOSITORY / "docs" / "ray-cluster.yaml"
_COMMANDS = (
    "initialization_commands",
    "setup_commands",
    "head_setup_commands",
    "worker_setup_commands",
    "head_start_ray_commands",
    "worker_start_ray_commands",
)


@pytest.fixture
def cluster() -> dict[str, Any]:
    """The file, completed by Ray's defaults."""
    from ray.autoscaler._private.util import prepare_config

    prepared: dict[str, Any] = prepare_config(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    return prepared


def test_the_file_is_what_ray_takes(cluster: dict[str, Any]) -> None:
    from ray.autoscaler._private.util import validate_config

    validate_config(cluster)


def test_a_gpu_node_has_room_for_the_workers_that_are_promised(cluster: dict[str, Any]) -> None:
    room = cluster["available_node_types"]["gpu"]["resources"]
    assert min(room["GPU"] / 0.25, room["CPU"] / CPUS_BESIDE_GPU) == 4
    assert cluster["available_node_types"]["head"]["resources"] == {"CPU": 0}


def test_its_commands_are_commands(cluster: dict[str, Any]) -> None:
    for name in _COMMANDS:
        for command in cluster[name]:
            checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True)
            assert checked.returncode == 0, (command, checked.stderr)


def test_ray_prepares_all_that_it_needs_on_aws(
    cluster: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3
    from moto import mock_aws
    from ray.autoscaler._private.aws.config import bootstrap_aws

    monkeypatch.setenv("HOME", str(tmp_path))  # receives the key for logging in
    (tmp_path / ".ssh").mkdir()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        for profile in ("flickerscope-head", "flickerscope-node"):
            boto3.client("iam").create_instance_profile(InstanceProfileName=profile)
        ready = bootstrap_aws(cluster)
    for kind, profile in (("head", "flickerscope-head"), ("gpu", "flickerscope-node")):
        node = ready["available_node_types"][kind]["node_config"]
        assert node["IamInstanceProfile"] == {"Name": profile}
        assert node["ImageId"].startswith("ami-")
        assert node["SecurityGroupIds"]
        assert node["SubnetIds"]
    spot = ready["available_node_types"]["gpu"]["node_config"]["InstanceMarketOptions"]
    assert spot == {"MarketType": "spot"}
