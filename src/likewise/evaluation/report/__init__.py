"""The report of a comparison, as one HTML file."""

from likewise.evaluation.report.writing import REPORT_FILE, write_report

__all__ = ["REPORT_FILE", "write_report"]
