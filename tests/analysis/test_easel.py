"""Figures drawn in several processes are the same figures, and every one of them comes whatever becomes of a process."""

import numpy as np
import pandas as pd
import pytest
from leaving_frames import with_leaving
from more_frames import full
from test_uncertain import uncertain_tables

from analysis import drawing
from analysis.language import speaking
from analysis.plots import easel as easels
from analysis.plots import numbered
from analysis.plots.easel import Easel, painted
from analysis.plots.parcel import DAILY, FRAMES, Unfit, packed, unpacked

SOME = ("value", "lifecycle", "flows", "hazard_ratios", "experiments", "uplift", "cohorts_ordered", "fan_retention")
"""Figures that together ask for every kind of table."""


@pytest.fixture(scope="module")
def everything():
    """Tables of which every figure can be drawn."""
    found = with_leaving(full(2, replications=2))
    found.uncertainty = uncertain_tables(count=2).uncertainty
    found.uncertainty = found.uncertainty.renamed(dict(zip(uncertain_tables(count=2).scenarios, found.scenarios, strict=True)))
    return found


@pytest.fixture
def easel():
    started = Easel()
    yield started
    started.close()


def small(found, count=3):
    """A few of the figures, quickly drawn."""
    return dict([(number, picture) for number, picture in found.items() if picture.name.startswith(("difference", "retention"))][:count])


def test_tables_that_were_handed_over_are_equal_to_the_last_bit(everything):
    again = unpacked(packed(everything))
    for name in FRAMES:
        own = getattr(everything, name)
        own = own[list(DAILY)] if name == "daily" else own
        pd.testing.assert_frame_equal(getattr(again, name), own, check_index_type=False, check_exact=True)
    assert again.uncertainty.sets == everything.uncertainty.sets and again.scenarios == list(everything.scenarios)
    for name, frame in everything.uncertainty.frames.items():
        pd.testing.assert_frame_equal(again.uncertainty.frames[name], frame, check_index_type=False, check_exact=True)


def test_what_is_not_words_or_numbers_is_not_handed_over(everything):
    odd = unpacked(packed(everything))
    odd.summary = odd.summary.assign(ci_low=pd.Series([object()] * len(odd.summary)))
    with pytest.raises(Unfit, match="other things than words and numbers"):
        packed(odd)
    odd.summary = everything.summary.assign(ci_low=pd.Categorical(everything.summary["scenario"]))
    with pytest.raises(Unfit, match="category"):
        packed(odd)


def test_words_that_are_missing_stay_missing_as_they_were(everything):
    odd = unpacked(packed(everything))
    odd.flows = pd.DataFrame({"a": pd.Series(["x", None, 3, np.nan, True], dtype=object), "b": pd.Series(["x", "y", "x", "z", ""], dtype=object)})
    again = unpacked(packed(odd)).flows
    assert again["b"].tolist() == ["x", "y", "x", "z", ""]
    assert again["a"].tolist()[:3] == ["x", None, 3] and np.isnan(again["a"][3]) and again["a"][4] is True


@pytest.mark.parametrize("language", ["en", "zh"])
def test_another_process_draws_the_same_bytes(language, everything, easel):
    with speaking(language):
        found = {number: picture for number, picture in numbered(everything).items() if picture.name in SOME}
        assert {picture.name for picture in found.values()} == set(SOME)
        easel.hand(packed(everything), None)
        for number, picture in list(found.items())[:: 1 if language == "en" else 3]:
            assert easel.files(number) == picture.files, picture.name


def test_every_picture_comes_once_whoever_draws_it(everything, easel):
    found = small(numbered(everything), 5)
    names = [picture.name for picture in painted(everything, found, None, [easel])]
    assert sorted(names) == sorted(picture.name for picture in found.values())
    assert all("files" in vars(picture) for picture in found.values())
    assert easel._process.poll() is not None


def test_what_a_process_that_died_has_not_drawn_is_drawn_here(everything, easel):
    found = small(numbered(everything))
    easel._process.kill()
    easel._process.wait()
    assert len(list(painted(everything, found, None, [easel]))) == len(found)


def test_what_a_process_cannot_draw_is_drawn_here(everything, easel, monkeypatch):
    found = small(numbered(everything))
    monkeypatch.setattr(easels, "packed", lambda tables: packed(everything).replace(b'"daily"', b'"dayly"').replace(b'"ledger"', b'"lodger"'))
    found |= {number: picture for number, picture in numbered(everything).items() if picture.name == "value"}
    assert len(list(painted(everything, found, None, [easel]))) == len(found)


def test_tables_that_cannot_be_handed_over_are_drawn_here(everything, easel, monkeypatch):
    def unfit(tables):
        raise Unfit

    monkeypatch.setattr(easels, "packed", unfit)
    found = small(numbered(everything))
    assert [picture.name for picture in painted(everything, found, None, [easel])] == [p.name for p in reversed(found.values())]


def test_an_interrupt_ends_the_other_processes(everything, easel):
    drawing_on = painted(everything, small(numbered(everything)), None, [easel])
    next(drawing_on)
    drawing_on.close()
    assert easel._process.poll() is not None


def test_a_process_ends_by_itself_when_whoever_asks_is_gone(easel):
    easel._process.stdin.close()
    assert easel._process.wait(60) == 0


@pytest.mark.parametrize(("cores", "threads", "others"), [(1, None, 0), (8, 1, 0), (2, None, 1), (2, 16, 1), (64, None, 3)])
def test_there_are_no_more_processes_than_processors_and_threads_asked_for(cores, threads, others, monkeypatch):
    monkeypatch.setattr(drawing, "cores", lambda: cores)
    started = []
    monkeypatch.setattr(easels, "Easel", lambda: started.append(1))
    studio = drawing.Studio(threads)
    studio.open()
    studio.open()
    assert len(started) == others


def test_where_no_process_can_be_started_there_is_none(monkeypatch):
    def refused():
        raise OSError(11, "no more processes")

    monkeypatch.setattr(drawing, "cores", lambda: 4)
    monkeypatch.setattr(easels, "Easel", refused)
    studio = drawing.Studio()
    studio.open()
    assert studio._easels == []
    studio.close()
