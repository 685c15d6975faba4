"""A market of prospects: word of mouth runs along friendships, media bring what they cost, invitations reach friends and nobody else, rewards balance.

Counts are held against their expectation by a normal approximation; a right model would set off one of these alarms less than once in a million seeds.
"""

from __future__ import annotations

import numpy as np
import pytest
from lever_worlds import EVERY_LEVER, LIVELY, MARKET, lived, scenario

from sim import network
from sim.model import LifecycleModel
from sim.parameter import minor_units
from sim.population import PROSPECT
from sim.segment import CHANNELS, FRIENDS

ALARM = 5.5
"""Standard errors; beyond them by chance less than once in ten million."""
SILENT = {"bass": {"p_per_year": 0.0, "q_per_year": 0.0}}
NAMES = ("content", "search", "ads", "partners", "offline")


def market(blocks=None, bass=None, **options):
    """A model on day 0 of a market in which people are reached by friends and by themselves as ``bass`` says."""
    world = {"population": {**LIVELY, "entry": "market"}, "market": {"bass": bass or SILENT["bass"]}}
    return LifecycleModel(scenario(blocks or {}, **{"users": 4_000, "days": 60, **options}, **world), kinds=EVERY_LEVER)


# ---- word of mouth


def spreading(g):
    """Day by day: who is a prospect in the morning, the share of friends inside, who signs up, and the hazard Bass gives."""
    model = market(bass={"p_per_year": 1.0, "q_per_year": 25.0, "friends_share": g}, users=8_000, days=50)
    friends = model.friends
    degree = np.diff(friends.starts)
    while model.day < model.days:
        outside = model.rows["stage"] == PROSPECT
        inside = np.add.reduceat((~outside[friends.ends]).astype(int), friends.starts[:-1]) / degree
        model.step()
        today = model.today(model.day)  # rates of the next day; those of this one lie below
        yield outside, inside, outside & (model.rows["stage"] != PROSPECT), today, model


def test_a_prospects_hazard_is_that_of_the_share_of_their_own_friends_inside():
    found, expected, spread = np.zeros(9), np.zeros(9), np.zeros(9)
    for outside, inside, came, _, model in spreading(1.0):
        bass = model.plan.market.bass
        hazard = (bass.p_per_year + bass.q_per_year * inside) / 365
        chance = 1.0 - np.exp(-hazard)
        group = np.minimum((inside * 8).round().astype(int), 8)
        found += np.bincount(group[came], minlength=9)
        expected += np.bincount(group[outside], chance[outside], minlength=9)
        spread += np.bincount(group[outside], (chance * (1 - chance))[outside], minlength=9)
    assert (expected > 30).sum() >= 6
    assert np.max(np.abs(found - expected) / np.sqrt(np.maximum(spread, 1.0))) < ALARM, (found, expected.round())


def test_whoever_comes_through_friends_has_a_friend_inside():
    came_so = 0
    for _, inside, came, _, model in spreading(0.7):
        through_friends = came & (model.rows["channel"] == FRIENDS)
        assert (inside[through_friends] > 0).all()
        came_so += through_friends.sum()
    assert came_so > 1_000


def test_the_hazard_of_a_prospect_is_never_above_what_lets_others_sleep():
    for _, inside, _, today, model in spreading(1.0):
        assert inside.max() <= 1.0 and (model.inside == inside).all()
        assert today["reach"][0] + today["friends_reach"][0] * inside.max() <= today["most_reached"][0]


def test_word_of_mouth_among_friends_fills_a_market_more_slowly_than_among_all():
    """Friends of those inside are soon all inside themselves: clusters fill up while the rest has not heard."""
    among_friends, among_all = ([came.sum() for _, _, came, _, _ in spreading(g)] for g in (1.0, 0.0))
    assert sum(among_friends) < 0.9 * sum(among_all)


def test_friends_who_came_before_word_of_mouth_was_scheduled_count_from_then_on():
    """The share of friends inside is counted only where friends draw prospects; from the day on which they begin to, everybody inside counts."""
    world = {"population": {**LIVELY, "entry": "market"}, "market": {"bass": {"p_per_year": 5.0, "q_per_year": 5.0}}}
    later = {"schedule": {"word": {"path": "market.bass.friends_share", "to": 0.5, "on": "2025-06-04"}}, "calendar": {"start": "2025-05-15"}}
    model = LifecycleModel(scenario({}, users=1_000, days=25, **world, **later), kinds=EVERY_LEVER)
    friends = model.friends
    while model.day < model.days:
        inside = np.add.reduceat((model.rows["stage"][friends.ends] != PROSPECT).astype(int), friends.starts[:-1])
        model.step()
        assert (model.inside == (inside / np.diff(friends.starts) if model.day >= 20 else 0)).all(), model.day


# ---- media


def leads_of(block, days=60, users=30_000, **world):
    """Leads by channel of a market where nobody is reached otherwise, and the model."""
    model = market({"channels": block}, users=users, days=days, **world).run()
    assert model.broken_laws() == []
    return {n: int(model.daily()[f"channels_{n}_leads"].sum()) for n in NAMES}, model


EVEN = {n: {"targeting": 0.0} for n in NAMES}


@pytest.mark.parametrize("spend", [5.0, 60.0, 400.0])
def test_a_channels_leads_are_what_its_spend_buys(spend):
    block = {n: {"targeting": 0.0, "spend_per_day": spend, "saturation": s, "kappa": 80.0} for n, s in zip(NAMES, (40, 20, 10, 60, 5), strict=True)}
    found, model = leads_of(block)
    for name in NAMES:
        each = block[name]["saturation"] * (1 - np.exp(-spend / 80.0))
        expected = 60 * each
        assert abs(found[name] - expected) < ALARM * expected**0.5, name
        assert model.ledger()[f"channels.{name}"] == 60 * minor_units(spend)
    assert sum(found.values()) == model.daily()["leads"].sum() == model.daily()["new_users"].sum()
    assert np.bincount(model.rows["channel"], minlength=len(CHANNELS))[2:7].tolist() == list(found.values())


def test_cac_rises_with_spend_and_leads_saturate():
    spends = (10.0, 40.0, 160.0, 640.0)
    quiet = {n: {"spend_per_day": 0.0} for n in NAMES}
    found = [leads_of({**quiet, "ads": {"spend_per_day": s, "saturation": 60.0, "kappa": 100.0, "targeting": 0.0}})[0]["ads"] for s in spends]
    cac = [60 * s / n for s, n in zip(spends, found, strict=True)]
    assert cac == sorted(cac) and cac[-1] > 4 * cac[0]
    assert cac[0] == pytest.approx(100 / 60, rel=0.2)  # the first lead costs kappa / S
    assert found[-1] == pytest.approx(60 * 60, rel=0.1)  # and no spend brings more than S


def test_media_reach_everybody_in_the_end_and_no_more():
    found, model = leads_of({**EVEN, "ads": {"saturation": 500.0, "spend_per_day": 1e5, "targeting": 0.0}}, users=5_000)
    assert (model.rows["stage"] != PROSPECT).all()
    assert sum(found.values()) == 5_000


def test_targeting_finds_the_promising_of_those_who_consent_and_of_nobody_else():
    quiet = {n: {"spend_per_day": 0.0} for n in NAMES}
    model = market({"channels": {**quiet, "ads": {"targeting": 0.6, "saturation": 60.0, "spend_per_day": 900.0}}}, users=40_000)
    model.rows["consent"][::2] = 0
    model.run()
    acquired = model.rows["channels"]["source"] == 3
    promising = model.rows["channels"]["promising"] == 1
    for consents, share in ((1, 0.8), (0, 0.5)):
        of_these = promising[acquired & (model.rows["consent"] == consents)]
        error = (share * (1 - share) / len(of_these)) ** 0.5
        # the promising left become fewer: by less than a tenth here, which moves their share by less than two points
        assert -0.02 - ALARM * error < of_these.mean() - share < ALARM * error


def test_a_persona_is_reached_by_its_weight():
    personas = {"bargain": {"share": 0.5}, "loyal": {"share": 0.5}}
    quiet = {n: {"spend_per_day": 0.0} for n in NAMES}
    block = {**quiet, "content": {"persona_weights": [0.5, 1.5], "saturation": 40.0, "spend_per_day": 300.0}}
    _, model = leads_of(block, personas=personas, users=40_000)
    acquired = model.rows["channels"]["source"] == 1
    share = (model.rows["persona"][acquired] == 1).mean()
    error = (0.75 * 0.25 / acquired.sum()) ** 0.5
    assert -0.02 - ALARM * error < share - 0.75 < ALARM * error


def test_a_creative_that_pulls_shows_in_its_leads_and_everybody_sees_one_of_the_two():
    quiet = {n: {"spend_per_day": 0.0} for n in NAMES}
    ads = {"targeting": 0.0, "saturation": 60.0, "spend_per_day": 900.0}
    _, model = leads_of({**quiet, "ads": ads, "creatives": {"share_b": 0.5, "pull_b": 0.5}})
    a, b = (int(model.daily()[f"channels_creative_{x}_leads"].sum()) for x in "ab")
    assert a + b == model.daily()["channels_ads_leads"].sum()
    share = np.exp(0.5) / (1 + np.exp(0.5))
    assert abs(b - (a + b) * share) < ALARM * ((a + b) * share * (1 - share)) ** 0.5 + 0.01 * (a + b)


def test_media_switched_off_cost_nothing():
    model = market({"channels": {"active": False}}).run()
    assert model.daily()["leads"].sum() == 0
    assert sum(model.ledger()[f"channels.{n}"] for n in NAMES) == 0


# ---- invitations and deals


EAGER = {"invite_rate": 0.5, "acceptance": 0.2, "verification": 0.0}
OWN = {"p_per_year": 3.0, "q_per_year": 0.0}
"""Nobody comes through friends but on an invitation or a deal."""


def said_day_by_day(model):
    """Who said what on each day, as bits; shape (days + 1, users)."""
    said = [model.said.copy()]
    while model.day < model.days:
        model.step()
        said.append(model.said.copy())
    return np.array(said)


@pytest.mark.parametrize("name, bit, block", [("referral", network.INVITED, EAGER), ("group_buy", network.OPENED_DEAL, {"tell_rate": 1.0, "open_rate": 0.5, "newcomer_rate": 0.05})])
def test_only_friends_of_whoever_spoke_the_day_before_come_through_friends(name, bit, block):
    model = market({name: block}, bass=OWN)
    said = said_day_by_day(model)
    through_friends = np.flatnonzero((model.rows["channel"] == FRIENDS) & (model.rows["stage"] != PROSPECT))
    assert len(through_friends) > 30
    for user in through_friends:
        day = model.rows["entry_day"][user]
        assert (said[day - 1][model.friends.of(user)] & bit).any()


def test_each_referred_user_thanks_one_friend_who_invited():
    model = market({"referral": EAGER}, bass=OWN)
    said = said_day_by_day(model)
    referred = np.flatnonzero(model.rows["referral"]["referred"])
    thanked = model.rows["referral"]["thanked_day"]
    assert len(referred) > 100
    for user in referred:
        day = model.rows["entry_day"][user]
        friends = model.friends.of(user)
        invited = friends[(said[day - 1][friends] & network.INVITED) > 0]
        assert day == model.day or (thanked[invited] >= day + 1).any()
    of_yesterday = (model.rows["entry_day"][referred] < model.day).sum()
    assert model.total["referral"]["claimed"][0] == len(referred) + of_yesterday


def test_an_invitation_is_accepted_as_often_as_it_says():
    model = market({"referral": {**EAGER, "reward_friend": 0.0}}, bass=OWN, users=8_000).run()
    heard, came = (int(model.daily()[f"referral_{n}"].sum()) for n in ("heard", "referred"))
    assert heard > 2_000
    # two invitations on one day win one person at most
    assert 0.2 * heard - ALARM * (0.16 * heard) ** 0.5 - 0.02 * heard < came < 0.2 * heard + ALARM * (0.16 * heard) ** 0.5


@pytest.mark.parametrize("entry", ["cohort", {"arrivals": {"per_day": 40.0}}])
def test_without_a_market_invitations_reach_nobody(entry):
    model = lived({"referral": EAGER, "group_buy": {}, "channels": {}}, population={**LIVELY, "entry": entry})
    daily = model.daily()
    assert daily["referral_invited"].sum() > 100
    assert daily["referral_heard"].sum() == daily["referral_referred"].sum() == daily["group_buy_newcomers"].sum() == daily["leads"].sum() == 0


@pytest.mark.parametrize("pays", ["credit", "cash"])
def test_every_reward_is_owed_and_what_is_owed_is_spent_paid_or_open(pays):
    model = market({"referral": {**EAGER, "reward_as": pays, "reward_sender": 2.0, "reward_friend": 5.0, "abuse_share": 0.05}}, bass=OWN)
    while model.day < model.days:
        model.step()
        assert model.broken_laws() == []
    total = {n: int(model.total["referral"][n][0]) for n in model.total["referral"].dtype.names}
    own = model.rows["referral"]
    assert total["owed"] == total["discount"] + total["cash"] + own["credit"].sum()
    assert total["sham"] > 0 and total["owed"] > 0
    assert total["fraud"] == 700 * (total["sham"] - own["sham"].sum())
    friends = total["referred"] - own["own_reward"].sum()
    senders = total["granted"] - friends - (total["sham"] - own["sham"].sum())
    assert total["owed"] == 500 * friends + 200 * senders
    assert (total["cash"] == 0) == (pays == "credit")


def test_a_budget_of_rewards_is_never_overspent_and_nearly_spent():
    block = {"referral": {**EAGER, "budget": 300.0, "abuse_share": 0.05}}
    model = market(block, bass=OWN)
    while model.day < model.days:
        model.step()
        total = {n: int(model.total["referral"][n][0]) for n in model.total["referral"].dtype.names}
        assert total["discount"] + total["cash"] + total["fraud"] <= total["owed"] + total["fraud"] <= 30_000
    assert total["owed"] + total["fraud"] > 30_000 - 600
    assert total["refused"] > 0 and model.broken_laws() == []


# ---- sign-up and abuse


def test_as_many_leads_finish_as_the_form_lets():
    model = lived({"signup": {"steps": 4, "completion": 0.9, "step_loss": 0.3}}, **{**MARKET, "market": {"bass": OWN}}, users=8_000)
    begun, finished = (int(model.daily()[f"signup_{n}"].sum()) for n in ("begun", "finished"))
    assert begun == model.daily()["leads"].sum() and finished == model.daily()["new_users"].sum()
    share = 0.785351
    assert abs(finished - share * begun) < ALARM * (begun * share * (1 - share)) ** 0.5


def test_gifts_are_farmed_by_abusers_only_and_cost_what_they_are_worth():
    model = lived({"abuse": {"share": 0.2, "verification": 0.4, "accounts": 3}, "signup": {"gift": 5.0}, "onboarding": {"gift": 2.0}}, **MARKET)
    total = {n: int(model.total["abuse"][n][0]) for n in model.total["abuse"].dtype.names}
    assert total["tried"] % 3 == 0 and total["tried"] > 60
    assert abs(total["caught"] - 0.4 * total["tried"]) < ALARM * (0.24 * total["tried"]) ** 0.5
    assert total["farmed"] == 700 * total["passed"]  # both gifts come on the day after sign-up
    assert total["barred"] == (model.rows["abuse"]["kind"] == 2).sum() > 0
    honest = model.rows["abuse"]["kind"] == 0
    assert not model.rows["abuser"][honest].any()
