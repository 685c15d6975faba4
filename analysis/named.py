"""A result under the names that its scenarios have in the language spoken. Its files keep the names in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.language import spoken

TEXTS = ("question", "finding", "description")


class Named:
    """A result seen under other names of its scenarios: every table and list of it, and everything else as it is.

    ``recorded``: by the name shown, the one in the CSV files.
    """

    def __init__(self, result: Any, names: Mapping[str, str]) -> None:
        self._result, self._names, self._seen = result, names, {}
        self.recorded = {shown: name for name, shown in names.items() if shown != name}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._result, name)
        columns = getattr(value, "columns", ())
        if "scenario" not in columns:
            return value
        if name not in self._seen:
            table = value.copy(deep=False)
            table["scenario"] = table["scenario"].map(self._names)
            self._seen[name] = table
        return self._seen[name]

    @property
    def scenarios(self) -> list[str]:
        """Names in the order of the command line, the baseline first."""
        return [self._names[name] for name in self._result.scenarios]

    @property
    def baseline(self) -> str:
        """The first of them."""
        return self._names[self._result.baseline]

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run; scenarios under the names shown."""
        facts = self._result.manifest
        return facts | {"scenarios": {self._names[name]: facts["scenarios"][name] for name in facts["scenarios"]}}

    @property
    def questions(self) -> dict[str, tuple[str, str, str]]:
        """For each scenario its question, recorded finding and description, in the language spoken."""
        told = [tuple(plan.told(text, spoken()) for text in TEXTS) for plan in self._result.plans]
        return dict(zip(self.scenarios, told, strict=True))

    @property
    def uncertainty(self) -> Any:
        """What not knowing the parameters does to the results; None where that was not asked for."""
        found = self._result.uncertainty
        return None if found is None else found.renamed(self._names)

    def comparable(self) -> Named:
        """What can be drawn in one figure (``Result.comparable``)."""
        return Named(self._result.comparable(), self._names)


def in_language(result: Any) -> Any:
    """A result as it is told in the language spoken: itself where none of its scenarios is told differently in it."""
    wanted = {name: plan.told("name", spoken()) for name, plan in zip(result.scenarios, result.plans, strict=True)}
    # A name that a study had to number stays, and so do names that would become the same.
    names = {
        name: shown if plan.name == name and list(wanted.values()).count(shown) == 1 else name
        for (name, shown), plan in zip(wanted.items(), result.plans, strict=True)
    }
    told = spoken() != "en" and any(plan.zh for plan in result.plans)
    return Named(result, names) if told and len(set(names.values())) == len(names) else result
