"""The report: one HTML file that answers which strategy, by how much, at what cost, and how sure."""

from analysis.report.build import write_report

__all__ = ["write_report"]
