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
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.chance import BUMP_0, BUMP_1, MASK, MULTIPLY_0, MULTIPLY_1, ROUNDS, STEP
from sim.compiled import JIT
from sim.population import MOST_DRAWN

AT_ONCE = 4
"""Numbers that a processor draws together."""

WORTH_IT = 6
"""With fewer to be drawn, each is drawn where it is asked for: not every visit asks for all."""

VISIT, DAY = "t.visit", "0"
"""The last word of an address: a number of this visit, or one of the day."""

Address = tuple[int, str]

HALF, WORD = ir.IntType(32), ir.IntType(64)
WORDS, FRACTIONS = ir.VectorType(WORD, AT_ONCE), ir.VectorType(ir.DoubleType(), AT_ONCE)
BUMPS = int(BUMP_0), int(BUMP_1)


def asked_for(rules: Iterable[Callable]) -> list[Address]:
    """(purpose, ``VISIT`` or ``DAY``) of what these rules draw on a visit, in order of appearance; none where so few gain nothing.

    A number that is needed only where another one came out so, or where something else is the case as well, is left out: it is cheaper
    drawn when it is asked for.
    """
    found: dict[Address, None] = {}
    for f in rules:
        tree = _tree(f)
        for call in _calls(tree) if tree else ():
            found[_address(f, call)] = None
    addresses = list(found)[:MOST_DRAWN]
    return addresses if len(addresses) >= WORTH_IT else []


def drawing(addresses: list[Address]) -> Callable:
    """``draw(u, t)``: fill ``t.drawn`` with the numbers at these addresses."""
    spare = [0] * (-len(addresses) % AT_ONCE)
    fill = _filling([*(p for p, _ in addresses), *spare], [*(k == VISIT for _, k in addresses), *spare])

    @numba.njit(**JIT)
    def draw(u, t):
        fill(t.drawn, t.key, u.id, t.day, t.visit)

    return draw


def _filling(purposes: list[int], of_visit: list[int]) -> Callable:
    """``fill(out, key, user, day, visit)``: ``sim.chance.number`` for each purpose, ``AT_ONCE`` in a vector.

    Written in LLVM's own words, because LLVM finds the vectors in a loop by itself only sometimes.
    """

    @intrinsic
    def fill(typing, out, key, user, day, visit):
        def generate(context, builder, signature, arguments):
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            key, user, day, visit = (builder.zext(builder.trunc(a, HALF), WORD) for a in arguments[1:])
            high_key = builder.lshr(arguments[1], WORD(32))
            groups = range(0, len(purposes), AT_ONCE)
            words = [
                [
                    _same(builder, user), _same(builder, day), _constant(purposes[at : at + AT_ONCE]),
                    builder.and_(_same(builder, visit), _constant([-int(k) for k in of_visit[at : at + AT_ONCE]])),
                ]
                for at in groups
            ]
            keys = [key, high_key]
            for _ in range(ROUNDS):
                low, high = (_same(builder, k) for k in keys)
                words = [_round(builder, *four, low, high) for four in words]
                keys = [builder.and_(builder.add(k, WORD(bump)), WORD(MASK)) for k, bump in zip(keys, BUMPS, strict=True)]
            for at, (first, second, _, _) in zip(groups, words, strict=True):
                bits = builder.or_(builder.shl(first, _constant([21] * AT_ONCE)), builder.lshr(second, _constant([11] * AT_ONCE)))
                numbers = builder.fmul(builder.uitofp(bits, FRACTIONS), FRACTIONS([STEP] * AT_ONCE))
                place = builder.bitcast(builder.gep(data, [WORD(at)]), FRACTIONS.as_pointer())
                builder.store(numbers, place, align=8)
            return context.get_dummy_value()

        return types.void(out, *[types.int64] * 4), generate

    return fill


def _round(builder: Any, c0: Any, c1: Any, c2: Any, c3: Any, low: Any, high: Any) -> list:
    """One round of Philox-4x32 (``sim.chance``) for ``AT_ONCE`` counters."""
    half, mask = _constant([32] * AT_ONCE), _constant([MASK] * AT_ONCE)
    a = builder.mul(c0, _constant([int(MULTIPLY_0)] * AT_ONCE))
    b = builder.mul(c2, _constant([int(MULTIPLY_1)] * AT_ONCE))
    return [
        builder.xor(builder.xor(builder.lshr(b, half), c1), low), builder.and_(b, mask),
        builder.xor(builder.xor(builder.lshr(a, half), c3), high), builder.and_(a, mask),
    ]


def _same(builder: Any, value: Any) -> Any:
    """A vector of one value."""
    one = builder.insert_element(ir.Constant(WORDS, ir.Undefined), value, HALF(0))
    return builder.shuffle_vector(one, ir.Constant(WORDS, ir.Undefined), ir.Constant(ir.VectorType(HALF, AT_ONCE), [0] * AT_ONCE))


def _constant(values: list[int]) -> Any:
    return ir.Constant(WORDS, values)


def looking(f: Callable, addresses: list[Address]) -> Callable:
    """The rule with a look at ``t.drawn`` in place of each draw that is made ahead."""
    tree = _tree(f) if addresses else None
    if tree is None:
        return f
    found = {id(call): addresses.index(a) for call in _calls(tree) if (a := _address(f, call)) in addresses}
    if not found:
        return f
    module = ast.fix_missing_locations(_Looking(found).visit(tree))
    code = compile(module, f.__code__.co_filename, "exec")
    body = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == f.__name__)
    made = FunctionType(body, f.__globals__, f.__name__)
    made.__module__, made.phase = f.__module__, f.phase
    return made


class _Looking(ast.NodeTransformer):
    def __init__(self, found: dict[int, int]) -> None:
        self._found = found

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if id(node) not in self._found:
            return self.generic_visit(node)
        drawn = ast.Attribute(ast.Name("t", ast.Load()), "drawn", ast.Load())
        return ast.copy_location(ast.Subscript(drawn, ast.Constant(self._found[id(node)]), ast.Load()), node)


def _address(f: Callable, call: ast.Call) -> Address:
    return f.__globals__[call.args[3].id], ast.unparse(call.args[4])


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


def _calls(tree: ast.AST) -> list[ast.Call]:
    """The draws of a rule at this visit's or this day's address, but for those behind another draw or behind an ``and``."""
    if isinstance(tree, ast.If) and any(_draws(part) for part in ast.walk(tree.test)):
        return [call for part in (tree.test, *tree.orelse) for call in _calls(part)]
    if isinstance(tree, ast.BoolOp):
        return _calls(tree.values[0])
    inside = [call for part in ast.iter_child_nodes(tree) for call in _calls(part)]
    return [tree, *inside] if _draws(tree) and _is_ahead(tree) else inside


def _draws(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "chance"


def _is_ahead(call: ast.Call) -> bool:
    """Whether it is ``chance(t.key, u.id, t.day, PURPOSE, t.visit)``, or with 0 for the day."""
    words = [ast.unparse(word) for word in call.args]
    return words[:3] == ["t.key", "u.id", "t.day"] and isinstance(call.args[3], ast.Name) and words[4] in (VISIT, DAY)
