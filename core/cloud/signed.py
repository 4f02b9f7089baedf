"""What a frame in the cloud is called, and the address under which anybody may read it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SignedFrame:
    """A frame with an address that is good for a while; its repr hides the addresses."""

    file_name: str
    """As Lightly calls it: `data/<video>-<frame>-<ext>.png`."""
    read_url: str = field(repr=False)
    """Whoever has it can read the picture: a secret."""
    datasource_url: str = field(default="", repr=False)
    """`s3://bucket/path` of the picture."""
