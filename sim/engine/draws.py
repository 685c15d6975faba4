"""Draws ahead: the numbers that a visit will ask for are drawn at once, because a processor draws four as quickly as one.

A rule says ``chance(t.key, u.id, t.day, PURPOSE, t.visit)`` where it needs the number. In the compiled loop that call becomes a look at
``t.drawn``, which was filled before the visit with the same numbers from the same addresses. Nobody's life knows the difference: plain
Python runs the rules as they are written.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType

import numba

from sim.chance import number
from sim.compiled import JIT
from sim.population import MOST_DRAWN

AT_ONCE = 4
"""Numbers that a processor draws together."""

WORTH_IT = 6
"""With fewer to be drawn, each is drawn where it is asked for: not every visit asks for all."""


def asked_for(rules: Iterable[Callable]) -> list[int]:
    """The purposes for which these rules draw on a visit, in order of appearance; none where so few gain nothing.

    A number that is needed only where another one came out so is left out: it is cheaper drawn when it is asked for.
    """
    found: dict[int, None] = {}
    for f in rules:
        tree = _tree(f)
        for call in _calls(tree) if tree else ():
            found[f.__globals__[call.args[3].id]] = None
    purposes = list(found)[:MOST_DRAWN]
    return purposes if len(purposes) >= WORTH_IT else []


def drawing(purposes: list[int]) -> Callable:
    """``draw(u, t)``: fill ``t.drawn`` with this visit's number for each purpose."""
    padded = (*purposes, *[0] * (-len(purposes) % AT_ONCE))  # a tuple: from an array LLVM would take them one by one
    count = len(padded)

    @numba.njit(**JIT)
    def draw(u, t):
        drawn = t.drawn
        key, user, day, k = t.key, u.id, t.day, t.visit
        for place in range(count):
            drawn[place] = number(key, user, day, padded[place], k)

    return draw


def looking(f: Callable, purposes: list[int]) -> Callable:
    """The rule with a look at ``t.drawn`` in place of each draw that is made ahead."""
    tree = _tree(f) if purposes else None
    if tree is None:
        return f
    places = {id(call): purposes.index(p) for call in _calls(tree) if (p := f.__globals__[call.args[3].id]) in purposes}
    if not places:
        return f
    module = ast.fix_missing_locations(_Looking(places).visit(tree))
    code = compile(module, f.__code__.co_filename, "exec")
    body = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == f.__name__)
    made = FunctionType(body, f.__globals__, f.__name__)
    made.__module__, made.phase = f.__module__, f.phase
    return made


class _Looking(ast.NodeTransformer):
    def __init__(self, places: dict[int, int]) -> None:
        self._places = places

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if id(node) not in self._places:
            return self.generic_visit(node)
        drawn = ast.Attribute(ast.Name("t", ast.Load()), "drawn", ast.Load())
        return ast.copy_location(ast.Subscript(drawn, ast.Constant(self._places[id(node)]), ast.Load()), node)


def _tree(f: Callable) -> ast.Module | None:
    """The rule's source as a module without its decorators; None where there is none to be had."""
    try:
        lines, first = inspect.getsourcelines(f)
    except (OSError, TypeError):
        return None
    tree = ast.parse(textwrap.dedent("".join(lines)))
    if not (len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef)):
        return None
    ast.increment_lineno(tree, first - 1)
    tree.body[0].decorator_list = []
    return tree


def _calls(tree: ast.Module) -> list[ast.Call]:
    """The draws of a rule at this visit's address, but for those under a condition that draws itself."""
    found: list[ast.Call] = []

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.If):
            look(node.test)
            if any(_draws(part) for part in ast.walk(node.test)):
                branches: list[ast.stmt] = []
            else:
                branches = node.body
            for part in branches + node.orelse:
                look(part)
            return
        if _draws(node) and ast.unparse(node).endswith(", t.visit)"):
            found.append(node)
        for part in ast.iter_child_nodes(node):
            look(part)

    look(tree)
    return found


def _draws(node: ast.AST) -> bool:
    """Whether this is ``chance(t.key, u.id, t.day, PURPOSE, …)``."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "chance"
        and [ast.unparse(a) for a in node.args[:3]] == ["t.key", "u.id", "t.day"] and isinstance(node.args[3], ast.Name)
    )
