"""A report on chosen frames: what was chosen and why, as a PDF and as an HTML page.

It loads matplotlib and fpdf2, so nothing imports it before a report is wanted.
"""

from core.selection.report.writing import Report, write_report

__all__ = ["Report", "write_report"]
