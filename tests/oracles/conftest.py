"""Lets the oracle tests import the closed forms and the judge that stand beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
