"""Write docs/formats.md anew from what third parties read back of every format.

Run `python scripts/update_formats.py`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
TEST = "tests/formats/test_third_parties.py::test_the_page_says_what_was_read_back"

if __name__ == "__main__":
    os.chdir(REPOSITORY)
    os.environ["FLICKERSCOPE_UPDATE_FORMATS"] = "1"
    os.environ["FLICKERSCOPE_TEST_FIFTYONE"] = "1"
    # The first time, environments of some hundred megabytes are made.
    sys.exit(pytest.main(["-n", "0", "-q", "--timeout", "900", TEST]))
