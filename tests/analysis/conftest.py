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


@pytest.fixture(scope="session")
def thirteen():
    """More strategies than a figure can name; half of them differ from the baseline by next to nothing."""
    points = [0.0, 3.0, 0.1, 0.2, -2.0, 1.5, 0.1, 2.2, 0.3, -0.2, 1.1, 0.2, 0.9]
    names = ["Baseline", *(f"Strategy {chr(64 + k)}" for k in range(1, 13))]
    return tables(13, replications=3, names=names, effects=[(p, 100 * k, 0) for k, p in enumerate(points)])
