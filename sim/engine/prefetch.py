"""prefetch: ask for a cache line before it is needed. It changes no bit of anything, only how long the loop waits for memory."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

READ, KEEP, DATA = 0, 3, 1
"""What LLVM is told: to be read, kept in every cache, data rather than code."""


@intrinsic
def prefetch(typing, rows, row, byte):
    """Fetch the cache line that holds this byte of this row; ``rows`` is an array of bytes of shape (users, bytes of a row)."""
    if not (isinstance(rows, types.Array) and rows.ndim == 2):
        return None

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        wide = ir.IntType(64)
        row, byte = (builder.sext(a, wide) if a.type.width < 64 else a for a in arguments[1:])
        address = builder.add(builder.mul(row, builder.extract_value(array.strides, 0)), byte)
        pointer = builder.gep(array.data, [address])
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, word, word, word])
        call = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], kind)
        builder.call(call, [pointer, word(READ), word(KEEP), word(DATA)])
        return context.get_dummy_value()

    return types.void(rows, row, byte), generate
