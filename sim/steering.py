"""Steering: what changes while the world runs — dated changes of parameters, rules that react to measured numbers, experiments by
period."""

from __future__ import annotations

from typing import Any


class Steering:
    """The changes that a scenario plans for its own parameters, made overnight."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def overnight(self, day: int) -> None:
        """Make the changes that are due before ``day`` is lived."""
