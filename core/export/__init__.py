"""Export: frames as pictures, with their prelabels in formats that annotators import."""

from core.export.export import FORMATS, ExportResult, export
from core.export.scopes import SCOPES, Scope, expect_some, frames_in_scope

__all__ = ["FORMATS", "SCOPES", "ExportResult", "Scope", "expect_some", "export", "frames_in_scope"]
