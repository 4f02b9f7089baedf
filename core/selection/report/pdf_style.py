"""Measures and colours of the document."""

MARGIN, WIDTH = 15.0, 180.0
"""Millimetres: of each side, and of what is between them on A4."""
FAMILY, MONOSPACED = "DejaVu", "DejaVu Mono"

INK, SOFT, RULE, GROUND = (36, 39, 43), (90, 95, 102), (217, 219, 223), (244, 245, 247)
"""Text, captions, lines between rows, and what lies behind a tile."""
