"""What the stories say is what happens in them: each number told, the side of zero it lies on, and that it is no noise.

A claim is a phrase of the finding, and how its number is counted from the story's own world (a) and the world it is told against (b): its
levers off, or another file.
"""

import datetime

import pytest
from lived import SCENARIOS, at_end, beyond_noise, contribution, day_of, of, story, told, total, worlds

from sim.population import FATIGUE

JULY = datetime.date(2025, 7, 1)


def more(a, b):
    """Percent by which a exceeds b."""
    return 100 * (a / b - 1)


def less(a, b):
    """Percent by which a falls short of b."""
    return 100 * (1 - a / b)


def orders(change, days=slice(None)):
    return lambda a, b: change(total(a, "orders", days), total(b, "orders", days))


def visits(change):
    return lambda a, b: change(total(a, "visits"), total(b, "visits"))


def money(change):
    return lambda a, b: change(contribution(a), contribution(b))


def stock(change, column):
    return lambda a, b: change(at_end(a, column), at_end(b, column))


FIRST_HALF, AFTER, LATER = slice(1, 181), slice(188, 248), slice(248, 366)
FESTIVAL = slice(314, 317)
"""11 to 13 November, when day 0 is 1 January."""


def festivals(name):
    """The days of the rival's two festivals, and all others, of a year that begins on 1 January."""
    starts = [day_of(name, datetime.date(2025, *date)) for date in ((6, 18), (11, 11))]
    during = [day for start in starts for day in range(start, start + 5)]
    return during, [day for day in range(1, 366) if not any(start - 1 <= day < start + 30 for start in starts)]


def missing(a, b):
    """Of the bump of a festival, percent that other days lack."""
    bump = total(a, "orders", FESTIVAL) - total(b, "orders", FESTIVAL)
    return 100 * (1 - (total(a, "orders") - total(b, "orders")) / bump)


def in_money(models, account):
    return of(models, lambda model: model.ledger()[account] / 100)


def tired(model):
    """Of 100 who left, those for whom messages were the reason."""
    reasons = model.rows["left_reason"][model.rows["left"] == 1]
    return 100 * (reasons == FATIGUE).mean()


DEALS, DOGS, TIERS = "stories/discount_addiction", "stories/sleeping_dogs", "stories/tier_push"
LEAK, WHEEL, STILL = "stories/leaking_funnel", "stories/community_flywheel", "stories/community_without_posts"
FRAUD, CHECKED, FESTIVE = "stories/referral_fraud", "stories/referral_verified", "stories/festival_pull_forward"
RIVAL, DEFAULT, PRINT = "stories/rival_festival", "stories/privacy_by_default", "stories/privacy_small_print"
MAILED = "stories/mailed_away"
GROW, KEEP = "stories/budget_for_growth", "stories/budget_for_retention"

CLAIMS = [
    (LEAK, None, "78 % more people sign up", lambda a, b: more(total(a, "new_users"), total(b, "new_users"))),
    (LEAK, None, "62 of 100 are churned", lambda a, b: 100 * at_end(a, "churned") / total(a, "new_users")),
    (LEAK, None, "15 of 100 are active", lambda a, b: 100 * at_end(a, "customer") / total(a, "new_users")),
    (LEAK, None, "media cost 54,750", lambda a, b: sum(in_money(a, f"channels.{n}") for n in ("content", "search", "ads", "partners", "offline"))),
    (LEAK, None, "loss of 26,152", lambda a, b: -contribution(a)),
    (DEALS, None, "31 % more orders", orders(more, FIRST_HALF)),
    (DEALS, None, "15 % fewer orders in the two months after", orders(less, AFTER)),
    (DEALS, None, "still 9 % fewer", orders(less, LATER)),
    (DEALS, None, "contribution falls by 34 %", money(less)),
    (TIERS, None, "9 % more orders in the month before the review", orders(more, slice(60, 90))),
    (TIERS, None, "4 % in the month after", orders(more, slice(91, 121))),
    (TIERS, None, "discounts of 7,883", lambda a, b: in_money(a, "tiers.discount")),
    (WHEEL, None, "4.7 % more visits", visits(more)),
    (WHEEL, None, "4.2 % more orders", orders(more)),
    (WHEEL, None, "contribution rises by 4.2 %", money(more)),
    (STILL, WHEEL, "2 % of the posts", lambda a, b: 100 * total(a, "community_posts") / total(b, "community_posts")),
    (STILL, None, "0.1 % more orders", orders(more)),
    (FRAUD, CHECKED, "2,082 sham accounts", lambda a, b: total(a, "referral_sham")),
    (FRAUD, CHECKED, "cost 41,373", lambda a, b: in_money(a, "referral.fraud")),
    (FRAUD, CHECKED, "more than the 16,323", lambda a, b: in_money(a, "referral.cash")),
    (CHECKED, FRAUD, "208 sham accounts", lambda a, b: total(a, "referral_sham")),
    (CHECKED, FRAUD, "2 % fewer sign-ups", lambda a, b: less(total(a, "new_users"), total(b, "new_users"))),
    (CHECKED, FRAUD, "39,605 more", lambda a, b: contribution(a) - contribution(b)),
    (FESTIVE, None, "2.9 times the usual orders", lambda a, b: total(a, "orders", FESTIVAL) / total(b, "orders", FESTIVAL)),
    (FESTIVE, None, "35 % of the bump", missing),
    (FESTIVE, None, "contribution falls by 0.8 %", money(less)),
    (DOGS, None, "4.0 % more leave", stock(more, "departed")),
    (DOGS, None, "contribution falls by 6.5 %", money(less)),
    (DOGS, None, "28 of 100 contacts", lambda a, b: 100 * total(a, "save_welcome") / total(a, "save_contacted")),
    (MAILED, None, "contribution falls by 19 %", money(less)),
    (MAILED, None, "36 % more leave", stock(more, "departed")),
    (MAILED, None, "29 of 100 are tired", lambda a, b: of(a, tired)),
    (RIVAL, None, "28 % of the orders while its festivals run", orders(less, festivals(RIVAL)[0])),
    (RIVAL, None, "14 % on ordinary days", orders(less, festivals(RIVAL)[1])),
    (RIVAL, None, "contribution falls by 15 %", money(less)),
    (DEFAULT, PRINT, "52 of 100 consent", lambda a, b: 100 * total(a, "privacy_agreed") / total(a, "privacy_asked")),
    (DEFAULT, PRINT, "3.8 % more orders before the breach", orders(more, slice(1, 181))),
    (DEFAULT, PRINT, "9 % more in the two months after", orders(more, slice(181, 241))),
    (DEFAULT, PRINT, "13 % more contribution", money(more)),
    (PRINT, DEFAULT, "90 of 100", lambda a, b: 100 * total(a, "privacy_agreed") / total(a, "privacy_asked")),
    (PRINT, DEFAULT, "fines of 3,601", lambda a, b: in_money(a, "privacy.fines")),
    (GROW, KEEP, "13,687", lambda a, b: sum(in_money(a, f"channels.{n}") for n in ("content", "search", "ads", "partners", "offline")) - 13_687.5),
    (GROW, KEEP, "9 % more sign-ups", lambda a, b: more(total(a, "new_users"), total(b, "new_users"))),
    (KEEP, GROW, "18,337 more contribution", lambda a, b: contribution(a) - contribution(b)),
    (KEEP, GROW, "23 % more orders for each who signs up", lambda a, b: more(total(a, "orders") / total(a, "new_users"), total(b, "orders") / total(b, "new_users"))),
]


@pytest.mark.parametrize(("name", "beside", "phrase", "count"), CLAIMS, ids=[f"{c[0].split('/')[1]}: {c[2]}" for c in CLAIMS])
def test_what_a_story_finds_is_what_happens_in_it(name, beside, phrase, count):
    values = count(*worlds(name, beside))
    told(name, phrase, values)
    assert beyond_noise(values)


def test_every_story_tells_something_that_is_held():
    files = {f"stories/{file.stem}" for file in (SCENARIOS / "stories").glob("*.yaml")}
    assert files == {claim[0] for claim in CLAIMS}
    for name in files:
        assert story(name).question.endswith("?")
