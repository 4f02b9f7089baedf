"""Export: frames as pictures, with their prelabels in formats that annotators import."""

from core.export.export import FORMATS, ExportResult, export, flagged_frames

__all__ = ["FORMATS", "ExportResult", "export", "flagged_frames"]
