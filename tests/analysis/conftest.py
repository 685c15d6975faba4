"""Tables to draw from, made once."""

import matplotlib
import pytest
from frames import tables

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def eight():
    """Eight scenarios with long names."""
    return tables(8)


@pytest.fixture(scope="session")
def two():
    """A baseline and one strategy."""
    return tables(2, replications=5)
