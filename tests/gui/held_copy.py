"""A copy that stops in its middle until it may go on; its process imports this module."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from core.video.proxy_making import ProxyRequest, make_proxy

GO_ON = "FLICKERSCOPE_TESTS_GO_ON"
"""Environment variable with the path of a file: the copy goes on once it exists."""


def make_held(request: ProxyRequest) -> Iterator[int]:
    """As `make_proxy`, but it waits after its second report, when a rate is known."""
    go_on = Path(os.environ[GO_ON])
    for number, done in enumerate(make_proxy(request), start=1):
        yield done
        while number == 2 and done < len(request.index) and not go_on.exists():
            time.sleep(0.01)
