"""@compiled: a function that numba compiles when it is first needed.

Reading a scenario, listing levers or refusing a bad file needs no compiler, and numba alone takes half a second to load.
"""

from __future__ import annotations

import gc
import hashlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, update_wrapper
from types import FunctionType
from typing import Any

JIT = {"error_model": "numpy", "nogil": True, "forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""How a part of the loop over users is compiled: into its caller, and for no other caller."""


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: numba makes a great many objects, all of which are needed to the end."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Compiled:
    """A function known by what it is called with; ``py_func`` is the function as written.

    Inside compiled code it is numba's own compiled function (``_numba_type_``), from Python a call compiles, or loads what was
    compiled before, and calls that.
    """

    def __init__(self, function: Callable, signature: str | None, options: dict[str, Any]) -> None:
        update_wrapper(self, function)
        self.py_func, self._signature, self._options = function, signature, options

    @cached_property
    def dispatcher(self) -> Callable:
        """numba's compiled function (the plain one where numba's compiler is switched off).

        What it keeps on disk is named after the content of the source file: numba itself looks at its time and size only.
        """
        from numba import njit

        plain = self.py_func
        named = FunctionType(plain.__code__, plain.__globals__, plain.__name__, plain.__defaults__, plain.__closure__)
        content = inspect.getsource(sys.modules[plain.__module__])
        named.__qualname__ = f"{plain.__qualname__}_{hashlib.sha256(content.encode()).hexdigest()[:12]}"
        with no_collection():
            return njit(*([self._signature] if self._signature else []), error_model="numpy", **self._options)(named)

    @property
    def _numba_type_(self) -> Any:
        from numba import typeof

        return typeof(self.dispatcher)

    def __call__(self, *arguments: Any) -> Any:
        return self.dispatcher(*arguments)

    def __reduce__(self) -> str:
        return self.__qualname__


def compiled(signature: str) -> Callable[[Callable], Compiled]:
    """Compile a function for one signature, on disk from then on. What it calls must stand in its own file, or be ``compiled`` too."""
    return lambda function: Compiled(function, signature, {"nogil": True, "cache": True})


def inlined(function: Callable) -> Compiled:
    """A part of compiled functions of the same file."""
    return Compiled(function, None, {"forceinline": True})
