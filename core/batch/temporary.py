"""Where a worker keeps what is in the making, for results that do not go to a folder."""

import getpass
import os
import tempfile
from hashlib import sha256
from pathlib import Path


def temporary_folder(out: str, endpoint: str) -> Path:
    """A folder of this computer and this person for one place, always the same one.

    Args:
        out: The place, as in `Work.out`.
        endpoint: Of its server.

    Raises:
        OSError: It cannot be made.
    """
    person = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    which = sha256(f"{endpoint} {out}".encode()).hexdigest()[:12]
    own = Path(tempfile.gettempdir()) / f"flickerscope-{person}"
    own.mkdir(mode=0o700, exist_ok=True)
    folder = own / which
    folder.mkdir(exist_ok=True)
    return folder
