"""Whether a result folder still says what its scenarios give: some runs lived again and compared bit for bit, all tables made again."""

from __future__ import annotations

import contextlib
import json
import math
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.scenario import Scenario, ScenarioError
from sim.study import store
from sim.study.export import EXPORTS, holds, need_parquet
from sim.study.kept import WORK, KeptRuns, is_whole, place
from sim.study.result import Result
from sim.study.run import Progress, cores, side_by_side, study_tasks, warm_up
from sim.study.shapley import coalition_worlds, shapley
from sim.study.task import Task
from sim.study.text import as_csv
from sim.study.twin import paired_worlds, uplift
from sim.study.uncertainty import uncertainty, worlds_of

SHARE = 0.01
"""Of the runs, lived again unless more are asked for; at least one."""

MOST_SETS = 2_000
"""Parameter sets that a manifest may name."""

WORDS: dict[str, tuple[str, str]] = {
    "no result": (
        "{folder}: is no result folder: {why}; name a folder that simulate or compare wrote",
        "{folder}: 不是结果文件夹：{why}；请指定 simulate 或 compare 写出的文件夹",
    ),
    "without": ("there is no manifest.json in it", "其中没有 manifest.json"),
    "unreadable": ("its manifest.json is not one ({why})", "其中的 manifest.json 无法识别（{why}）"),
    "lived": (
        "{folder}: {chosen} of {runs} run(s) lived again (--share {share:g} --seed {seed}): {equal} equal bit for bit",
        "{folder}: {runs} 次运行中重新模拟了 {chosen} 次（--share {share:g} --seed {seed}）：{equal} 次逐位相同",
    ),
    "tables": (
        "{folder}: {tables} made again from all kept runs: {equal} of {count} equal byte for byte",
        "{folder}: 由全部已保存的运行重新生成 {tables}：{count} 个中 {equal} 个逐字节相同",
    ),
    "unfinished": (
        "{folder}: the study is unfinished, so its tables were not compared; the same command as before continues it",
        "{folder}: 该研究尚未完成，未比较表格；再次执行原命令即可继续",
    ),
    "digest": (
        "differs: scenario '{scenario}' in manifest.json is not the one whose sha256 stands there",
        "有差异：manifest.json 中方案“{scenario}”与所记 sha256 不符",
    ),
    "none": ("not compared: no run is kept yet", "未能比较：尚无已保存的运行"),
    "foreign": (
        "not compared: no kept run is of this code and these versions, whose results may be others; "
        "run the command again, or verify with the versions in manifest.json",
        "未能比较：没有一次已保存的运行出自当前代码与版本；请重新执行命令，或用 manifest.json 所记版本核对",
    ),
    "lost": (
        "differs: the run of scenario '{scenario}', replication {replication}, is missing",
        "有差异：方案“{scenario}”第 {replication} 次重复的运行文件缺失",
    ),
    "damaged": (
        "differs: the run of scenario '{scenario}', replication {replication}, is damaged",
        "有差异：方案“{scenario}”第 {replication} 次重复的运行文件已损坏",
    ),
    "other": (
        "differs: the run of scenario '{scenario}', replication {replication}, lived again, has other {what}",
        "有差异：方案“{scenario}”第 {replication} 次重复重新模拟后，{what} 与保存的不同",
    ),
    "table": ("differs: {file} is not what follows from the kept runs", "有差异：{file} 与已保存的运行不一致"),
    "remedy": (
        "the same command as before makes again what is lost or damaged, and all tables",
        "再次执行原命令会重做缺失或损坏的部分以及全部表格",
    ),
}
"""What is said: id → (English, Chinese)."""


class NoResult(Exception):
    """A folder that holds no result; ``text`` says why."""

    def __init__(self, folder: Path, why: tuple[str, str]) -> None:
        super().__init__(f"{folder}: {why[0]}")
        self._folder, self._why = folder, why

    def text(self, lang: str = "en") -> str:
        """The reason in a language."""
        return _say("no result", lang, folder=self._folder, why=self._why[lang == "zh"])


@dataclass
class Verified:
    """What was compared, and what differs."""

    folder: Path
    seed: int
    share: float
    runs: int = 0
    lived_again: list[dict[str, Any]] = field(default_factory=list)
    """Each run chosen: scenario, replication, equal."""
    tables: dict[str, bool] = field(default_factory=dict)
    """For each table whether it follows from the kept runs; empty where the study is unfinished or runs are lost."""
    finished: bool = True
    differences: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether something was compared and nothing differs."""
        return not self.differences

    def text(self, lang: str = "en") -> str:
        """What was compared and what differs, a line each."""
        equal = sum(one["equal"] for one in self.lived_again)
        chosen, name = len(self.lived_again), self.folder
        lines = [_say("lived", lang, folder=name, chosen=chosen, runs=self.runs, share=self.share, seed=self.seed, equal=equal)]
        if self.tables:
            names = ", ".join(map(_file, self.tables))
            lines.append(_say("tables", lang, folder=name, tables=names, count=len(self.tables), equal=sum(self.tables.values())))
        if not self.finished:
            lines.append(_say("unfinished", lang, folder=name))
        lines += [f"{name}: " + _say(what, lang, **words) for what, words in self.differences]
        if self.differences and self.differences[-1][0] not in ("none", "foreign"):
            lines.append(f"{name}: " + _say("remedy", lang))
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "folder": str(self.folder), "equal": self.equal, "finished": self.finished, "runs": self.runs, "share": self.share,
            "seed": self.seed, "lived_again": self.lived_again, "tables": self.tables,
            "differences": [_say(what, "en", **words) for what, words in self.differences],
        }  # fmt: skip


def verify(
    folder: Path, *, share: float = SHARE, seed: int = 0, threads: int | None = None, progress: Progress | None = None
) -> Verified:
    """Live a ``share`` of a folder's runs again, at least one, chosen by ``seed``, and compare them and the tables with what is kept.

    Writes nothing into the folder. Raises ``NoResult``, ``OSError``, ``NoParquet``.
    """
    manifest, names, plans = _read(folder)
    found = Verified(folder, seed, share, finished=manifest.get("finished") is True)
    for name, plan in zip(names, plans, strict=True):
        if plan.digest() != manifest["scenarios"][name].get("sha256"):
            found.differences.append(("digest", {"scenario": name}))
    asked = _asked(manifest)
    if asked["parquet"] and (asked["events"] or asked["users"]):
        need_parquet()
    people = asked["twin"] or asked["shapley"]
    keys, truths, tasks = study_tasks(plans, manifest["replications"], asked["events"], people=people, list_users=asked["users"])
    where: dict[str, dict[str, Any]] = {}
    for name, row, behind in zip(names, keys, truths, strict=True):
        _place_of(where, name, [row])
        _place_of(where, name, [r for rows in behind.values() for r in rows])
    tasks |= _other_worlds(names, plans, manifest["replications"], asked, where)
    there = [key for key in tasks if place(folder, key).exists()]
    found.runs = len(tasks)
    if not there:
        found.differences.append(("foreign" if any((folder / WORK).glob("*.run")) else "none", {}))
        return found
    candidates = list(tasks) if found.finished else there
    chosen = sorted(random.Random(seed).sample(candidates, min(len(candidates), max(1, math.ceil(share * len(candidates))))))
    lost = [key for key in tasks if not is_whole(folder, key)]
    for key in lost:
        if key in there or found.finished:
            found.differences.append(("damaged" if key in there else "lost", where[key]))
    sound = {key: tasks[key] for key in tasks if key in chosen and key not in lost}
    found.lived_again = [where[key] | {"equal": False} for key in tasks if key in chosen and key in lost]
    for key, what in _lived_again(folder, sound, threads or cores(), progress):
        found.lived_again.append(where[key] | {"equal": not what})
        if what:
            found.differences.append(("other", where[key] | {"what": what}))
    if found.finished and not lost:
        result = Result(plans, KeptRuns(folder, keys, truth=truths), names=names)
        found.tables = _tables(folder, result, asked) | _tables_of_other_worlds(folder, names, plans, asked)
        found.differences += [("table", {"file": _file(table)}) for table, equal in found.tables.items() if not equal]
    return found


def _asked(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the study was asked for, as its manifest says, or as its files show; of uncertainty, how many sets."""
    said, files = manifest.get("asked"), manifest.get("files")
    said = said if isinstance(said, dict) else {}
    files = files if isinstance(files, list) else []
    shown = {"events": "events.csv", "users": "users.csv", "parquet": "events.parquet"}
    shown |= {"twin": "uplift.csv", "shapley": "shapley.csv"}
    sets = said.get("uncertainty", 0)
    asked = {what: said[what] is True if what in said else file in files for what, file in shown.items()}
    return asked | {"uncertainty": sets if type(sets) is int and 2 <= sets <= MOST_SETS else 0}


def _place_of(where: dict[str, dict[str, Any]], name: str, rows: Sequence[Sequence[str]]) -> None:
    """Enter of each run whose it is; the first to claim it."""
    for row in rows:
        for replication, key in enumerate(row):
            where.setdefault(key, {"scenario": name, "replication": replication})


def _other_worlds(
    names: Sequence[str], plans: Sequence[Scenario], replications: int, asked: Mapping[str, Any], where: dict[str, dict[str, Any]]
) -> dict[str, Task]:
    """The runs of worlds with other levers than the scenarios' (``sim.study.twin``, ``sim.study.shapley``), where asked for."""
    tasks: dict[str, Task] = {}
    if asked["twin"]:
        worlds, pairs = paired_worlds(names, plans)
        keys, _, more = study_tasks(worlds, replications, asked["events"], people=True, truth=False, list_users=asked["users"])
        tasks |= more
        for name, _, lever, _, other in pairs:
            _place_of(where, f"{name} − {lever}", [keys[other]])
    for name, plan in zip(names, plans, strict=True):
        if asked["shapley"] and plan.levers:
            keys, _, more = study_tasks(coalition_worlds(plan), replications, False, people=True, truth=False)
            tasks |= more
            _place_of(where, f"{name} − …", keys)
    if asked["uncertainty"]:
        _, worlds, first = worlds_of(plans, asked["uncertainty"], replications)
        keys, _, more = study_tasks(worlds, replications, False, truth=False, first=first)
        tasks |= more
        for place, row in enumerate(keys):
            _place_of(where, f"{names[place % len(names)]}, {place // len(names)}", [row])
    return tasks


def _tables_of_other_worlds(folder: Path, names: Sequence[str], plans: Sequence[Scenario], asked: Mapping[str, Any]) -> dict[str, bool]:
    """As ``_tables``, for uplift, shapley and uncertainty. All their runs are kept, so that nothing is lived and nothing written."""
    made, replications = {}, plans[0].run.replications
    if asked["twin"]:
        made["uplift"] = uplift(names, plans, replications, folder=folder, list_orders=asked["events"], list_users=asked["users"])
    if asked["shapley"]:
        parts = [shapley(name, plan, replications, folder=folder) for name, plan in zip(names, plans, strict=True) if plan.levers]
        made["shapley"] = pd.concat(parts, ignore_index=True)
    if asked["uncertainty"]:
        made |= uncertainty(names, plans, replications, asked["uncertainty"], folder=folder).frames
    files = {table: folder / f"{table}.csv" for table in made}
    return {table: files[table].is_file() and files[table].read_bytes() == as_csv(frame) for table, frame in made.items()}


def _read(folder: Path) -> tuple[dict[str, Any], list[str], list[Scenario]]:
    """A folder's manifest, and its scenarios by name. Raises ``NoResult``."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise NoResult(folder, WORDS["without"])
    try:
        manifest = json.loads(path.read_bytes())
        names = list(manifest["scenarios"])
        plans = [Scenario.from_mapping(manifest["scenarios"][name]["resolved"]) for name in names]
        if not plans or type(manifest["replications"]) is not int or not 1 <= manifest["replications"] <= 100_000:
            raise ValueError("replications")
        if any(plan.run.replications != manifest["replications"] for plan in plans):
            raise ValueError("replications differ")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise NoResult(folder, _filled("unreadable", f"{type(problem).__name__}: {problem}")) from None
    except ScenarioError as error:
        raise NoResult(folder, _filled("unreadable", str(error.faults[0]))) from None
    return manifest, names, plans


def _filled(what: str, why: str) -> tuple[str, str]:
    return tuple(text.format(why=why) for text in WORDS[what])


def _lived_again(folder: Path, tasks: Mapping[str, Any], threads: int, progress: Progress | None) -> Sequence[tuple[str, str]]:
    """Each run's name and the names of what differs in it, empty where nothing does."""
    tell = progress or (lambda done, total, doing: None)
    found: list[tuple[str, str]] = []
    if not tasks:
        return found
    tell(0, len(tasks), "compiling")
    warm_up(next(iter(tasks.values())))
    tell(0, len(tasks), "simulating")
    with contextlib.ExitStack() as stack:
        other = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lifecycle-")))
        for key in stack.enter_context(contextlib.closing(side_by_side(tasks, other, threads, durable=False))):
            if key:
                found.append((key, _other(store.load(place(folder, key)), store.load(place(other, key)))))
                place(other, key).unlink()
            tell(len(found), len(tasks), "simulating")
    return found


def _other(kept: Mapping[str, np.ndarray], lived: Mapping[str, np.ndarray]) -> str:
    """The arrays that are not equal to the bit, or are in one only."""
    names = sorted({*kept, *lived})
    differ = [n for n in names if n not in kept or n not in lived or not _same_bits(kept[n], lived[n])]
    return ", ".join(differ[:3]) + (f" … ({len(differ)})" if len(differ) > 3 else "")


def _same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def _tables(folder: Path, result: Result, asked: Mapping[str, Any]) -> dict[str, bool]:
    """For each table whether its file is what follows from the kept runs; read and made piece by piece."""
    listed = [table for table in EXPORTS if asked[table]]
    plain = [] if asked["parquet"] else listed
    equal = {table: True for table in (*result.tables, *plain)}
    with contextlib.ExitStack() as stack:
        files = {}
        for table in equal:
            path = folder / f"{table}.csv"
            if path.is_file():
                files[table] = stack.enter_context(open(path, "rb"))
            else:
                equal[table] = False
        for table, rows in result.csv("events" in plain, "users" in plain):
            if equal[table] and files[table].read(len(rows)) != rows:
                equal[table] = False
        for table, file in files.items():
            equal[table] = equal[table] and not file.read(1)
    for table in listed if asked["parquet"] else ():
        rows = (frame for name, frame in result.blocks(False, table == "events", table == "users") if name == table)
        equal[f"{table}.parquet"] = holds(folder / f"{table}.parquet", rows)
    return equal


def _file(table: str) -> str:
    """The file of a table."""
    return table if "." in table else f"{table}.csv"


def _say(what: str, lang: str, **words: Any) -> str:
    return WORDS[what][lang == "zh"].format(**words)
