"""From a result to an answer: definitions, findings, figures and the report.

Nothing here is imported when the command line starts: matplotlib and jinja2 are loaded by `analysis.plots` and
`analysis.report` only.
"""
