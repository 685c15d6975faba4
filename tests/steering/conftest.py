"""Lets these tests import the worlds that stand beside them and the laws' worlds."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "laws")]
