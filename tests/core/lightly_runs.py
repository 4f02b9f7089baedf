"""A place at Lightly that nothing is wrong with, and what is said about others."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.cloud.schedule import schedule
from core.cloud.selection import SelectionRequest
from core.errors import CloudError
from core.project.handover import CloudPlace, ScheduledRun

PLACE = CloudPlace(
    input="s3://videos/project",
    lightly="s3://lightly/project",
    region="eu-central-1",
    role_arn="arn:aws:iam::123456789012:role/Lightly",
    external_id="0123456789",
    dataset="dash cam",
)
REQUEST = SelectionRequest(n_samples=2)


def scheduled(request: SelectionRequest = REQUEST, **changes: Any) -> ScheduledRun:
    """A run at `PLACE`, changed."""
    return schedule(replace(PLACE, **changes), request)


def sentence(act: Callable[[], object], kind: type[CloudError] = CloudError) -> str:
    """What a person reads when it is refused."""
    with pytest.raises(kind) as caught:
        act()
    text = str(caught.value)
    assert re.fullmatch(r"[^\n]+: [^\n]+\.", text), f"no sentence with its mend: {text}"
    return text
