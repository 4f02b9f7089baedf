"""Words for what `core` names."""

from gui.i18n import mark, tr

_KINDS = {
    "flickering": mark("flickering"),
    "appear": mark("appear"),
    "multibox": mark("multibox"),
    "class switch": mark("class switch"),
    "tutorial": mark("tutorial"),
}


def kind_word(kind: str) -> str:
    """A kind of violation as the window writes it; that of an assertion of others as it is."""
    return tr(_KINDS[kind]) if kind in _KINDS else kind.replace("_", " ")
