"""Every English text of the simulator's own files that is shown to people, by the module that says it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.lever import TOUCHED, Lever, LeverParameters, levers
from sim.parameter import Parameters, nested_block, specification
from sim.scenario.check import BLOCKS
from sim.scenario.jsonschema import OWN_WORDS, TEXT_MEANING
from sim.scenario.plans import SECTION_MEANING, SECTIONS, Aim
from sim.steering.metric import RATES

OWN = {name: lever for name, lever in levers().items() if lever.module.__name__.startswith("sim.levers.")}
"""The shipped levers; plug-ins bring their own words."""


def blocks(block: type[Parameters]) -> Iterator[type[Parameters]]:
    """A block and the blocks in it."""
    yield block
    for field in block.model_fields.values():
        if (inner := nested_block(field)) is not None:
            yield from blocks(inner)


def of_block(block: type[Parameters], place: str) -> Iterator[tuple[str, str]]:
    """(place, text) of a block's parameters and of the descriptions of the blocks in it."""
    for inner in blocks(block):
        if inner.__doc__ and inner.__doc__ != Parameters.__doc__:
            yield inner.__name__, inner.__doc__
    for name, facts in specification(block, place).items():
        yield name, facts["meaning"]


def of_lever(lever: Lever) -> Iterator[tuple[str, str]]:
    """(place, text) of everything that a lever's page says, but for its description."""
    yield from of_block(lever.Parameters, "")
    yield from ((f"rule {rule.__name__}", rule.__doc__ or "") for rule in lever.rules)
    for kind, table in (("col", lever.columns), ("cnt", lever.counters), ("acc", lever.accounts), ("sh", lever.shared)):
        yield from ((f"{kind} {name}", said.meaning) for name, said in table.items())
    yield from ((f"preset {name}", preset.meaning) for name, preset in lever.presets.items())
    yield from ((f"law {place}", law) for place, law in enumerate(lever.laws))


def sources() -> Iterator[str]:
    """What stands behind every parameter and preset."""
    every = [lever.Parameters for lever in OWN.values()] + [*BLOCKS.values(), *SECTIONS.values(), Aim]
    yield from (facts["source"] for block in every for facts in specification(block).values())
    yield from (preset.source for lever in OWN.values() for preset in lever.presets.values())


def said() -> dict[str, dict[str, str]]:
    """English texts, in one line each, by module and place."""
    common = dict(of_block(LeverParameters, "")) | {name: counter.meaning for name, counter in TOUCHED.items()}
    shared = set(common.values())
    out = {"lever": common}
    out |= {name: {p: t for p, t in of_lever(lever) if t not in shared} for name, lever in OWN.items()}
    out["schema"] = {p: t for name, block in BLOCKS.items() for p, t in of_block(block, f"{name}.")}
    out["plans"] = dict(of_block(Aim, "for.")) | {f"meaning {name}": text for name, text in SECTION_MEANING.items()}
    out["plans"] |= {p: t for name, block in SECTIONS.items() for p, t in of_block(block, f"{name}.")}
    out["metric"] = {name: rate.meaning for name, rate in RATES.items()}
    out["sources"] = {text: text for text in sources()}
    out["jsonschema"] = TEXT_MEANING | OWN_WORDS
    lines = {module: {place: " ".join(text.split()) for place, text in texts.items()} for module, texts in out.items()}
    lines["plans"] = {p: t for p, t in lines["plans"].items() if t not in lines["schema"].values()}
    return lines
