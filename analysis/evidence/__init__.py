"""What is known, and how far the simulator gives it back: oracles, published tables, replayed experiments."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"
"""Published tables, as CSV."""
