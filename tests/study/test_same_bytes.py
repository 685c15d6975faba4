"""Threads, processes, the order of runs and chunks, the driver and the processor's instructions change no bit of a study."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import sim
from sim import LifecycleModel, compare, load_scenario
from sim.engine import driver
from sim.study import run as study_run

ROOT = Path(sim.__file__).parents[1]

PROGRAM = """
import hashlib, json, math, sys
import numba
from numpy._core import _multiarray_umath as core
from sim import compare
from sim.study import kept

found = hashlib.sha256()
result = compare(sys.argv[1:], users=90, days=30, replications=2, threads=1, list_orders=True)
for table, rows in result.csv(with_events=True):
    found.update(rows)
for row in result.runs:
    for counts in row:
        for name, values in counts.items():
            found.update(name.encode() + values.tobytes())
some = [0.1 + 0.37 * k for k in range(4000)]
math_bits = hashlib.sha256(repr([(math.exp(-x / 99), math.log(x), math.sin(x), math.pow(x, 0.3)) for x in some]).encode())
wide = [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]
print(json.dumps({"tables": found.hexdigest(), "math": math_bits.hexdigest(), "wide": wide, "cpu": numba.config.CPU_NAME or ""}))
"""
"""A small study in a process of its own: the digest of its tables and counts, and what shows that a setting took effect."""

GLIBC = ",".join(f"-{name}{end}" for name in ("AVX2", "FMA", "FMA4", "AVX512F", "ERMS") for end in ("", "_Usable"))
"""Without fused multiplication in libm, by the names of old and new versions of glibc."""

GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


def numpy_without(*beginnings: str) -> dict[str, str]:
    """What switches off those of NumPy's variants for newer processors that this one could use; empty where it could use none."""
    from numpy._core import _multiarray_umath as core

    here = [name for name in core.__cpu_dispatch__ if name.startswith(beginnings) and core.__cpu_features__.get(name)]
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(here)} if here else {}


def told(scenarios: list[Path], **settings: str) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    line = [sys.executable, "-c", PROGRAM, *map(str, scenarios)]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def digest(result) -> str:
    found = hashlib.sha256()
    for _, rows in result.csv(with_events=True):
        found.update(rows)
    for row in result.runs:
        for counts in row:
            for name, values in counts.items():
                found.update(name.encode() + values.tobytes())
    return found.hexdigest()


def of_small(scenarios: list[Path], **options) -> str:
    return digest(compare(scenarios, users=90, days=30, replications=2, list_orders=True, **options))


@pytest.fixture(scope="module")
def expected(scenarios) -> str:
    return of_small(scenarios, threads=1)


def test_another_seed_is_another_digest(scenarios, expected):
    assert of_small(scenarios, threads=1, seed=4) != expected


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_no_bit(scenarios, expected, threads):
    assert of_small(scenarios, threads=threads) == expected


def test_processes_change_no_bit(scenarios, expected, monkeypatch):
    monkeypatch.setattr(study_run, "WORTH_PROCESSES", 0.0)
    assert of_small(scenarios, threads=2) == expected


def test_the_order_of_the_runs_changes_no_bit(scenarios, expected, monkeypatch):
    tasks = study_run.study_tasks

    def backwards(*arguments):
        *names, found = tasks(*arguments)
        return *names, dict(reversed(found.items()))

    monkeypatch.setattr(study_run, "study_tasks", backwards)
    assert of_small(scenarios, threads=1) == expected


def test_the_object_driver_changes_no_bit(scenarios, expected, monkeypatch):
    for module in ("run", "task"):
        monkeypatch.setattr(f"sim.study.{module}.LifecycleModel", partial(LifecycleModel, driver="objects"))
    assert of_small(scenarios, threads=1) == expected


def test_threads_inside_a_run_and_the_order_of_its_chunks_change_no_bit(scenarios, monkeypatch):
    plan = load_scenario(scenarios[1]).with_values({"population.entry": {"arrivals": {"per_day": 9000}}, "population.friends.degree": 4})

    def lived(threads: int) -> tuple[bytes, bytes, dict[str, int]]:
        world = LifecycleModel(plan, users=3 * 8_192 + 77, days=8, threads=threads).run()
        return world.rows.tobytes(), world.visited.tobytes() + world.ordered.tobytes(), world.ledger()

    forwards = lived(1)
    assert lived(3) == forwards
    loop = driver.loop

    def backwards(levers):
        run = loop(levers)
        return lambda *arguments: [run(*arguments[:-2], k, k + 1) for k in reversed(range(*arguments[-2:]))][-1:]

    monkeypatch.setattr(driver, "loop", backwards)
    assert lived(1) == forwards


def test_numpy_without_avx512_changes_no_bit(scenarios, expected):
    settings = numpy_without("AVX512", "X86_V4")
    if not settings:
        pytest.skip("this processor has no AVX-512, or NumPy does not use it")
    found = told(scenarios, **settings)
    assert not [name for name in found["wide"] if name.startswith(("AVX512", "X86_V4"))]
    assert found["tables"] == expected


def test_libm_without_fused_multiplication_changes_no_bit(scenarios, expected):
    usual, found = told(scenarios), told(scenarios, GLIBC_TUNABLES=f"glibc.cpu.hwcaps={GLIBC}")
    assert usual["tables"] == found["tables"] == expected
    cpu = Path("/proc/cpuinfo")
    if hasattr(ctypes.CDLL(None), "gnu_get_libc_version") and cpu.exists() and " fma " in cpu.read_text():
        assert usual["math"] != found["math"]  # the setting does something


def test_code_compiled_for_any_processor_and_all_settings_together_change_no_bit(scenarios, expected):
    plainest = GENERIC | numpy_without("") | {"GLIBC_TUNABLES": f"glibc.cpu.hwcaps={GLIBC}", "OPENBLAS_CORETYPE": "Prescott"}
    found = told(scenarios, **plainest)
    assert (found["cpu"], found["wide"]) == ("generic", [])
    assert found["tables"] == expected
