"""Names as XML can hold them."""

import re
from xml.sax.saxutils import escape, quoteattr

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The same with `\ufffd` for what XML 1.0 has no way to write, such as signs of control."""
    return _FORBIDDEN.sub("\ufffd", text)


def in_text(text: str) -> str:
    """As it stands between tags."""
    return escape(legal(text))


def in_tag(text: str) -> str:
    """As the value of an attribute, with its quotes."""
    return quoteattr(legal(text))
