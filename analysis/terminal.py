"""What the command line says while it works and when it is done. Talk goes to stderr, results to stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.language import Both, say, spoken

WORDS = {
    "begin": Both(
        "{scenarios} scenario(s) × {replications} replication(s) → {folder}",
        "{scenarios} 个方案 × {replications} 次重复 → {folder}",
    ),
    "compiling": Both("compiling the rules (once)", "正在编译规则（仅一次）"),
    "simulating": Both("simulating", "正在模拟"),
    "left": Both("about {time} left", "剩余约 {time}"),
    "seconds": Both("{number:.0f} s", "{number:.0f} 秒"),
    "minutes": Both("{number:.0f} min", "{number:.0f} 分钟"),
    "hours": Both("{number:.1f} h", "{number:.1f} 小时"),
    "writing": Both("writing tables", "正在写入表格"),
    "drawing": Both("drawing plots and report", "正在绘图并生成报告"),
    "done": Both("Done in {seconds:.0f} s. Report: {report}", "完成，用时 {seconds:.0f} 秒。报告：{report}"),
    "apart": Both(
        "not in the figures, because its people are not the baseline's: {names}",
        "未列入图表（用户总体与基准方案不同）：{names}",
    ),
    "not capped": Both(
        "{scenario}: economics.incentive_budget caps {capped}; it does not cap what it costs to run the shop: {free}",
        "{scenario}：economics.incentive_budget 限制 {capped}；不限制经营本身的成本：{free}",
    ),
    "none": Both("no lever", "零个杠杆"),
    "scenario": Both("scenario", "方案"),
    "against": Both(
        "in brackets: difference against {baseline}; ≈ not distinguishable", "括号内：相对 {baseline} 的差异；≈ 差异不显著"
    ),
    "valid": Both("{file}: ok ({name})", "{file}: 没有问题（{name}）"),
    "default": Both("default", "默认值"),
    "no baseline": Both(
        "there is no {file}: run this from a checkout, or name scenarios: python run.py compare A.yaml B.yaml",
        "没有 {file}：请在代码仓库中运行，或指定场景：python run.py compare A.yaml B.yaml",
    ),
    "out is a file": Both("--out: {folder} is a file; name a folder", "--out: {folder} 是文件；请指定文件夹"),
    "out is empty": Both("--out: names no folder", "--out: 没有写文件夹名"),
    "out is locked": Both("--out: {folder} cannot be written to; name another folder", "--out: {folder} 不可写；请指定其他文件夹"),
    "out is no name": Both(
        "--out: {folder} cannot be a folder: {why}; name another folder",
        "--out: {folder} 不能作为文件夹：{why}；请指定其他文件夹",
    ),
    "no user": Both("--user: there is no user {user}; this world has the users 0 to {last}", "--user：没有用户 {user}；编号从 0 到 {last}"),
    "written": Both("written: {files}", "已写入：{files}"),
    "no check": Both("there is no check {name!r}; there are {names}", "没有检验 {name!r}；可选：{names}"),
    "no lever": Both("there is no lever {name!r}; {hint}", "没有杠杆 {name!r}；{hint}"),
    "near": Both("did you mean {near!r}?", "是否指 {near!r}？"),
    "choices": Both("there are {names}", "可选：{names}"),
    "before the verb": Both(
        "{options}: write options after the verb, as in: python run.py {verb} {options} …",
        "{options}：选项请写在命令之后，例如：python run.py {verb} {options} …",
    ),
    "interrupted": Both(
        "Interrupted. Finished runs are kept; the same command continues.",
        "已中断。已完成的运行均已保存；再次执行同一命令即可继续。",
    ),
    "failed": Both(
        "failed: {why}. Finished runs are kept; the same command continues.",
        "失败：{why}。已完成的运行均已保存；再次执行同一命令即可继续。",
    ),
    "in use": Both(
        "failed: another run is writing to {folder}; wait for it, or name another folder with --out.",
        "失败：另一个运行正在写入 {folder}；请等待它结束，或用 --out 指定其他文件夹。",
    ),
    "memory": Both(
        "failed: not enough memory; fewer --users, --days or --threads need less. Finished runs are kept.",
        "失败：内存不足；请减少 --users、--days 或 --threads。已完成的运行均已保存。",
    ),
    "no font": Both(
        "--lang zh: no installed font has Chinese characters, and figures would show boxes instead; {hint}",
        "--lang zh：已安装的字体都没有汉字，图中会显示方框；{hint}",
    ),
    "no export": Both(
        "--format {form}: says how --export writes; add --export events or --export users",
        "--format {form}：指定 --export 的格式；请加上 --export events 或 --export users",
    ),
    "no parquet": Both(
        "--format parquet: needs pyarrow, which is not installed: pip install 'lifecycle-simulator[parquet]' or pip install pyarrow",
        "--format parquet：需要 pyarrow，当前未安装：pip install 'lifecycle-simulator[parquet]' 或 pip install pyarrow",
    ),
    "no verb": Both("there is no verb {word!r}; {hint}", "没有命令 {word!r}；{hint}"),
    "verbs": Both("choose from {names}", "可选：{names}"),
}
"""What is said; blanks are filled in by `format`."""
COLUMNS = ("orders_per_user", "incentive_cost_per_user", "contribution_per_user")
"""Metrics of the closing table, after the retention metric that the report, too, puts first."""
EVERY_SECONDS, EVERY_SHARE = 2.0, 0.05
"""Without a terminal a long step says how far it is after so many seconds, or so much of the time that has passed if that is more."""

UNCOUNTED = ("compiling", "writing")
"""Steps of which nobody knows how far they are."""


def said(what: str, **words: object) -> str:
    """A sentence of the catalogue, in the language spoken."""
    return WORDS[what].format(**words)



def not_capped(plan: Any) -> str:
    """What a budget for all levers together leaves out in a scenario; empty where nothing."""
    from sim.lever import levers

    capped, free = [], []
    for name, kind in plan.kinds.items():
        accounts = {k: account.budgeted for k, account in levers()[kind].accounts.items() if account.kind in ("cost", "discount")}
        capped += [name] if any(accounts.values()) else []
        free += [f"{name}.{k}" for k, budgeted in accounts.items() if not budgeted]
    names = {"capped": ", ".join(capped) or WORDS["none"], "free": ", ".join(free)}
    return said("not capped", scenario=plan.told("name", spoken()), **names) if free else ""


class Left:
    """How much time a step still takes, at the pace at which it has gone so far."""

    def __init__(self) -> None:
        self._step, self._began, self._first = "", 0.0, 0.0

    def told(self, done: float, total: int, step: str) -> str:
        """The time left in words; empty as long as nothing says how fast it goes, and when it is done."""
        now = time.monotonic()
        if step != self._step:
            self._step, self._began, self._first = step, now, done
        if done <= self._first or done >= total:
            return ""
        seconds = (now - self._began) * (total - done) / (done - self._first)
        unit, size = next(u for u in (("seconds", 1), ("minutes", 60), ("hours", 3600)) if seconds < 90 * u[1] or u[0] == "hours")
        return WORDS["left"].format(time=WORDS[unit].format(number=seconds / size))


def counted(done: float, total: int, doing: str) -> bool:
    """Whether it says anything how much of a step is done."""
    return doing == "simulating" or doing not in UNCOUNTED and total > 1


def step_of(doing: str) -> str:
    """The step that time is counted for: one of ours, or a list of things each named as it comes."""
    return doing if doing in WORDS else "things"


class Talk:
    """One command's talk; silent where ``quiet``."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self._started = time.monotonic()

    def begin(self, scenarios: int, replications: int, folder: Path, plans: Sequence[Any] = ()) -> None:
        """Say what will be done, at once, and which money the budgets of ``plans`` do not cap."""
        self._say(WORDS["begin"].format(scenarios=scenarios, replications=replications, folder=folder))
        for plan in plans:
            if plan.economics.incentive_budget is not None and (note := not_capped(plan)):
                self._say(note)

    def end(self, folder: Path, result: Any) -> None:
        """Say where the result lies."""
        from analysis.named import in_language

        result = in_language(result)
        drawn = result.comparable().scenarios
        apart = [n for n in result.scenarios if n not in drawn]
        if apart:
            self._say(WORDS["apart"].format(names=", ".join(apart)))
        self._say(WORDS["done"].format(seconds=time.monotonic() - self._started, report=folder / "report.html"))

    @contextmanager
    def progress(self) -> Iterator[Callable[[float, int, str], None]]:
        """A function to be told (runs done, of all, doing): a bar on a terminal, now and then a line elsewhere, both with the time left."""
        if self.quiet:
            yield lambda done, total, doing: None
        elif sys.stderr.isatty():
            yield from self._bar()
        else:
            yield self._lines()

    def _bar(self) -> Iterator[Callable[[float, int, str], None]]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[far]}"))
        left = Left()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(str(WORDS["compiling"]), total=None, far="")

            def tell(done: float, total: int, doing: str) -> None:
                known = counted(done, total, doing)
                far = f"{int(done)}/{total} {left.told(done, total, step_of(doing))}" if known else ""
                bar.update(task, description=str(WORDS.get(doing, doing)), completed=done, total=total if known else None, far=far)

            yield tell

    def _lines(self) -> Callable[[int, int, str], None]:
        last = {"doing": "", "time": 0.0}
        left = Left()

        def tell(done: float, total: int, doing: str) -> None:
            now = time.monotonic()
            time_left = left.told(done, total, step_of(doing)) if counted(done, total, doing) else ""
            pause = max(EVERY_SECONDS, EVERY_SHARE * (now - self._started))
            if doing and doing != last["doing"] or now - last["time"] >= pause and done < total:
                last.update(doing=doing, time=now)
                far = f" {int(done)}/{total}" if counted(done, total, doing) else ""
                self._say(str(WORDS.get(doing, doing)) + far + (say(", ", "，") + time_left if time_left else ""))

        return tell

    def summary(self, result: Any) -> str:
        """The closing table: each scenario's first metrics with interval and paired difference."""
        from io import StringIO

        from rich.console import Console
        from rich.table import Table

        from analysis import uncertain
        from analysis.metrics import headline, metric
        from analysis.named import in_language
        from analysis.number import written
        from analysis.result import currency

        result = in_language(result)
        frame = result.summary.set_index(["scenario", "metric"])
        first = headline(frame.loc[result.baseline].index)
        shown = [m for m in (first, *COLUMNS) if m is not None]
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column(str(WORDS["scenario"]), overflow="fold")
        sign = currency(result)
        units = {m: frame.loc[(result.baseline, m), "unit"] for m in shown}
        for name in shown:
            facts = metric(name, units[name])
            table.add_column(str(facts.label), justify="right")
        paired = set(result.comparable().scenarios) - {result.baseline}
        for scenario in result.scenarios:
            cells = []
            for name in shown:
                if (scenario, name) not in frame.index:
                    cells.append("–")
                    continue
                line = frame.loc[(scenario, name)]
                kind = metric(name, units[name]).unit
                cell = written(line["mean"], kind, sign)
                if scenario in paired:  # with other people, a difference would compare people
                    if line["verdict"] in ("more", "less"):
                        cell += f" ({written(line['delta'], kind, sign, difference=True)})"
                    elif line["verdict"] == "not distinguishable":
                        cell += " (≈)"
                cells.append(cell)
            table.add_row(scenario, *cells)
        text = StringIO()
        Console(file=text, width=118, color_system=None).print(table)
        foot = WORDS["against"].format(baseline=result.baseline) if len(result.scenarios) > 1 else ""
        return text.getvalue() + foot + (f"\n{uncertain.answer(result)[1]}" if uncertain.asked(result) else "")

    def _say(self, text: str) -> None:
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)
