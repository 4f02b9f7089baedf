"""Export: frames with their prelabels, in formats that annotators import."""

from core.export.plan import ExportPlan, ExportSource, plan_export, source_of
from core.export.registry import formats
from core.export.request import ExportRequest
from core.export.scopes import SCOPES, Scope, expect_some, frames_in_scope

__all__ = [
    "SCOPES",
    "ExportPlan",
    "ExportRequest",
    "ExportSource",
    "Scope",
    "expect_some",
    "formats",
    "frames_in_scope",
    "plan_export",
    "source_of",
]
