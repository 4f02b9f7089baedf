"""What a report says, as plain data that the page and the document show alike."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences."""

    text: str


@dataclass(frozen=True)
class Listing:
    """Short sentences below each other."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Text whose lines and spaces count."""

    text: str


@dataclass(frozen=True)
class Tile:
    """A number to see first."""

    value: str
    label: str
    beside: str
    """What to compare it with."""


@dataclass(frozen=True)
class Tiles:
    """Numbers beside each other."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Table:
    """A table; every row begins with its name."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1
    """How many columns from the left are texts; the others are numbers."""


@dataclass(frozen=True)
class Figure:
    """A drawing, in two forms."""

    caption: str
    alt: str
    """What it shows, for those who do not see it."""
    size: tuple[int, int]
    """Width and height of the PNG in pixels."""
    svg: bytes = field(repr=False)
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class Part:
    """What one strategy had to do with the choice of a frame."""

    title: str
    value: str
    share: str
    """In per cent; empty where a person included the frame."""
    width: float
    """The share, 0..1."""
    colour: str
    """`#rrggbb`."""


@dataclass(frozen=True)
class Thumbnail:
    """A chosen frame."""

    title: str
    when: str
    """Its timestamp."""
    detail: str
    """Its video; empty where there is only one."""
    parts: tuple[Part, ...]
    note: str
    size: tuple[int, int]
    """Width and height of the picture in pixels."""
    jpeg: bytes | None = field(repr=False)
    """None where the video does not give the picture."""

    @property
    def alt(self) -> str:
        """What the picture is."""
        return ", ".join(filter(None, (self.title, self.when, self.detail)))


@dataclass(frozen=True)
class Sheet:
    """Chosen frames as pictures."""

    legend: tuple[tuple[str, str], ...]
    """Strategies and their colours, `#rrggbb`."""
    thumbnails: tuple[Thumbnail, ...]


Block = Paragraph | Listing | Code | Tiles | Table | Figure | Sheet


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Content:
    """All of the report."""

    title: str
    subtitle: str
    made: str
    """When, and by what."""
    sections: tuple[Section, ...]
