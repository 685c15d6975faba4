"""Steering: what changes while the world runs. Dated changes of parameters, reactions to measured numbers, experiments.

    place.py       which parameters may change, and how one value is exchanged
    timetable.py   what a schedule says of a date
    metric.py      the numbers that a policy can measure
    trial.py       one experiment: when its levers are open, and what it reads out
    steer.py       a model's steering: all of this, overnight
"""
