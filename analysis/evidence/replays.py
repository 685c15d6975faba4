"""Published experiments, replayed with the study's sample size and the levers' default parameters."""

from __future__ import annotations

from analysis.evidence.check import Check

CHECKS: list[Check] = []
