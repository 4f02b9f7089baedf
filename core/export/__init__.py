"""Export: frames as pictures, with their prelabels in formats that annotators import."""

from core.export.export import ExportResult, export
from core.export.registry import formats
from core.export.scopes import SCOPES, Scope, expect_some, frames_in_scope

__all__ = [
    "SCOPES",
    "ExportResult",
    "Scope",
    "expect_some",
    "export",
    "formats",
    "frames_in_scope",
]
