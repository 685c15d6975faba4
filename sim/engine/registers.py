"""Today in registers: a record that stands in no array, so that nothing of it need be written to memory for others to see.

``in_registers(record)`` copies a record into variables of the loop. What one rule writes there and another reads is handed on in a register
or on the stack; what nobody reads is never written. In an array each would be a store, because somebody might look at the array.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import StructModel
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, lower_setattr_generic, register_model
from numba.np.arrayobj import make_array, populate_array

BYTE, WORD = ir.IntType(8), ir.IntType(64)


class InRegisters(types.Type):
    """The fields of a record: numbers of at most eight bytes, and lists of numbers.

    LLVM turns memory into variables where it knows which number each access means. A list is read at places known only later, so each
    has memory of its own.
    """

    def __init__(self, record: types.Record) -> None:
        self.record = record
        self.lists = [name for name in record.fields if isinstance(record.typeof(name), types.NestedArray)]
        self.place = {name: k for k, name in enumerate(name for name in record.fields if name not in self.lists)}
        super().__init__(name=f"InRegisters(Record[{record.size}])")

    @property
    def key(self) -> types.Record:
        return self.record


@register_model(InRegisters)
class _Parts(StructModel):
    """Where the numbers are, and each of the lists."""

    def __init__(self, manager: Any, typ: InRegisters) -> None:
        parts = [("numbers", types.CPointer(types.int64)), *((name, types.CPointer(types.uint8)) for name in typ.lists)]
        super().__init__(manager, typ, parts)


@infer_getattr
class _Fields(AttributeTemplate):
    key = InRegisters

    def generic_resolve(self, typ: InRegisters, attr: str) -> types.Type | None:
        return typ.record.typeof(attr) if attr in typ.record.fields else None


def _pointer(context: Any, builder: Any, typ: InRegisters, value: Any, name: str) -> Any:
    parts = cgutils.create_struct_proxy(typ)(context, builder, value=value)
    kind = typ.record.typeof(name)
    if name in typ.lists:
        return builder.bitcast(getattr(parts, name), context.get_data_type(kind.dtype).as_pointer())
    return builder.bitcast(builder.gep(parts.numbers, [WORD(typ.place[name])]), context.get_data_type(kind).as_pointer())


@lower_getattr_generic(InRegisters)
def _get(context: Any, builder: Any, typ: InRegisters, value: Any, name: str) -> Any:
    kind, pointer = typ.record.typeof(name), _pointer(context, builder, typ, value, name)
    if name not in typ.lists:
        return context.unpack_value(builder, kind, pointer)
    array = make_array(kind)(context, builder)
    shape, strides = ([context.get_constant(types.intp, n) for n in each] for each in (kind.shape, kind.strides))
    populate_array(
        array, data=pointer, shape=cgutils.pack_array(builder, shape), strides=cgutils.pack_array(builder, strides),
        itemsize=context.get_constant(types.intp, kind.size), meminfo=None, parent=None,
    )
    return array._getvalue()


@lower_setattr_generic(InRegisters)
def _set(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    typ, given = signature.args
    kind = typ.record.typeof(name)
    number = context.cast(builder, arguments[1], given, kind)
    context.pack_value(builder, kind, number, _pointer(context, builder, typ, arguments[0], name))


@intrinsic
def in_registers(typing, record):
    """A copy of the record in variables of the function that asks."""
    if not isinstance(record, types.Record):
        return None
    typ = InRegisters(record)

    def generate(context, builder, signature, arguments):
        parts = cgutils.create_struct_proxy(typ)(context, builder)
        with builder.goto_entry_block():
            numbers = builder.alloca(WORD, len(typ.place))
            lists = [builder.alloca(ir.ArrayType(WORD, -(-record.typeof(n).nitems * record.typeof(n).size // 8))) for n in typ.lists]
        parts.numbers = numbers
        for name, room in zip(typ.lists, lists, strict=True):
            setattr(parts, name, builder.bitcast(room, BYTE.as_pointer()))
        value = parts._getvalue()
        for name in typ.lists:
            kind = record.typeof(name)
            source = cgutils.get_record_member(builder, arguments[0], record.offset(name), context.get_data_type(kind.dtype))
            cgutils.raw_memcpy(builder, _pointer(context, builder, typ, value, name), source, WORD(kind.nitems), kind.size)
        for name in typ.place:
            kind = record.typeof(name)
            source = cgutils.get_record_member(builder, arguments[0], record.offset(name), context.get_data_type(kind))
            number = context.unpack_value(builder, kind, source, align=1)
            context.pack_value(builder, kind, number, _pointer(context, builder, typ, value, name))
        return value

    return typ(record), generate
