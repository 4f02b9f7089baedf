"""Servers on 127.0.0.1 that stand in for the cloud."""

import os

# Else importing lightly, whose models the servers use, asks the internet for newer versions.
os.environ["LIGHTLY_DID_VERSION_CHECK"] = "True"
