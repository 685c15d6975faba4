"""The peers' workloads, a folder each with a file a peer: ``workload`` there says in words what is to be done; ``worker`` runs one peer."""

from __future__ import annotations

from typing import Protocol


class World(Protocol):
    """What a peer's file holds: a world that has lived day 0 when it is made, with ``(shop, users, days, seed)``."""

    def run(self) -> None:
        """Live the other days."""

    def book(self) -> dict[str, list[int]]:
        """What was written down: ``days + 1`` whole numbers for each name in the workload's BOOK; for `incentives` also
        ``levels``: users at level 0, 1, … at the end."""
