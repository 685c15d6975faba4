"""THE DAY: what one user does on one day, in order.

Whoever is outside may sign up. Whoever is inside is sent what is due at dawn, and whoever left may be called back. Where the luck then
allows no visit and nothing else asks for a whole day, the day is quiet and dusk comes at once. On a whole day the levers offer what they
offer; who was called back returns; the unasked ways of leaving act; visits are planned; each visit decides, and an order is filled,
discounted, paid, rewarded, remembered, and perhaps the last one. Then the levers' clocks run, the user learns, the platform writes down the
stage it sees, and the user sleeps until something can happen again (``sim.lifecycle.waking``).

The order matters. Visits are thinned to orders one by one and leaving is drawn after each order, so that with all levers off a day
is exactly the Poisson process of BG/NBD; an order a day at most, or death drawn before purchase, would bias the oracles by 0.6 to 1.7 %.

``reach``, ``lead``, ``join``, ``dawn``, ``offer``, ``visit``, ``pay``, ``reward``, ``close`` and ``dusk`` stand for the levers' rules of
these phases (``sim.rule``); the engine puts them in their place. ``aim`` stands where all is known by which levers are aimed: the engine
may note there which of them are open to the user.
"""

from __future__ import annotations

from sim.lifecycle.acquisition import be_near, be_reached, sign_up
from sim.lifecycle.activity import feel_curious, feel_habit, feel_tired, learn, plan_visits
from sim.lifecycle.churn import be_called_back, come_back, feel_weary, leave_after_order, settle_stage, wear_out
from sim.lifecycle.conversion import check_out, decide, fill_basket, weigh_experience, weigh_first_deal, weigh_price
from sim.lifecycle.retention import experience, learn_from_first_deal, remember_price
from sim.lifecycle.waking import go_to_sleep, know, look_ahead, sleep_on, wake_up
from sim.population import PROSPECT
from sim.rule import rule

__all__ = ["live"]


def _phase(u, ps, t, m):
    """Nothing: the place where the engine puts the levers' rules of one phase."""


aim = reach = lead = join = dawn = offer = visit = pay = reward = close = dusk = _phase


@rule("lifecycle")
def write_down(t):
    """The order's two amounts, for the list of orders where one is kept."""
    t.amounts[t.orders - 1] = t.basket
    t.payments[t.orders - 1] = t.due


@rule("lifecycle")
def knock(t):
    """A visit begins: no pull yet on the order, no price promised, no larger basket."""
    t.order_pull = 0.0
    t.cheaper = 0.0
    t.versus = 0.0
    t.basket_lift = 0.0
    t.ordered = 0


@rule("lifecycle")
def wait_outside(u, ps, t, m):
    """A prospect's day: not reached, or the day of entry, with a first order where the scenario says so."""
    p = ps.core
    c = m.core
    aim(u, ps, t, m)
    if p.market:
        be_near(u, p, t)
        reach(u, ps, t, m)
        if t.day > 0:  # on day 0 prospects are looked at, and nobody is reached
            be_reached(u, p, t, c)
            if t.channel >= 0:
                lead(u, ps, t, m)
    sign_up(u, p, t, c)
    t.wake = u.entry_day
    if p.market:
        t.bound = -1.0
    if t.entered == 0:
        return
    t.who = u.groups
    aim(u, ps, t, m)
    join(u, ps, t, m)
    if p.order_on_entry:
        knock(t)
        fill_basket(u, p, t, c)
        check_out(u, p, t, c)
        write_down(t)
        reward(u, ps, t, m)
        leave_after_order(u, p, t, c)
    t.visit = 1
    t.wake = t.day + 1
    t.bound = 0.0
    settle_stage(u, p, t, c)


@rule("lifecycle")
def live(u, ps, t, m):
    """One user's day: u the row, ps the parameters of all, t today, m the counters."""
    p = ps.core
    c = m.core
    wake_up(u, p, t)
    if u.stage == PROSPECT:
        wait_outside(u, ps, t, m)
        return
    stage = u.stage
    know(u, p, t)
    aim(u, ps, t, m)
    dawn(u, ps, t, m)
    if u.left:
        be_called_back(u, p, t)
    look_ahead(u, p, t)
    if t.quiet == 0:
        offer(u, ps, t, m)
        if t.returned:
            come_back(u, p, t, c)
        if u.left == 0:
            feel_weary(u, p, t)
            wear_out(u, p, t, c)
            t.pushed = t.visit_pull
            feel_habit(u, p, t)
            feel_tired(u, p, t)
            feel_curious(u, p, t)
            plan_visits(u, p, t, c)
            while t.visit < t.visits:
                knock(t)
                visit(u, ps, t, m)
                weigh_price(u, p, t)
                weigh_experience(u, p, t)
                weigh_first_deal(u, p, t)
                decide(u, p, t, c)
                if t.ordered:
                    fill_basket(u, p, t, c)
                    pay(u, ps, t, m)
                    check_out(u, p, t, c)
                    write_down(t)
                    experience(u, p, t, c)
                    remember_price(u, p, t, c)
                    learn_from_first_deal(u, p, t, c)
                    reward(u, ps, t, m)
                    leave_after_order(u, p, t, c)
                t.visit += 1
                if u.left == 2 and t.alive_share == 1.0:
                    break
        close(u, ps, t, m)
    dusk(u, ps, t, m)
    learn(u, p, t, c)
    if t.quiet:
        sleep_on(u, p, t)
    else:
        settle_stage(u, p, t, c)
        go_to_sleep(u, p, t, stage)
