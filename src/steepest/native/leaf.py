"""A type whose instances Python calls by a pointer they hold: the door of machine code.

`leaf_of(C)` is a subclass of the Python class C with room for two pointers. While the first is null
a call goes to `C.__call__`; once it points to machine code, Python jumps there (the vectorcall
protocol, PEP 590). The second is for that code: there it finds what is this object's own. The type
is made by Python's own PyType_FromSpecWithBases, so nothing has to be compiled.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

from steepest.native.abi import address_of, unsupported

__all__ = ["has_room", "install", "installed", "leaf_of", "room_of"]

_VECTORCALL: Final = 1 << 11  # Py_TPFLAGS_HAVE_VECTORCALL
_MEMBERS: Final = 72  # Py_tp_members
_SSIZE: Final = 19  # Py_T_PYSSIZET
_READONLY: Final = 1
_POINTER: Final = ctypes.sizeof(ctypes.c_void_p)


class _Member(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("offset", ctypes.c_ssize_t),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class _Slot(ctypes.Structure):
    _fields_ = (("slot", ctypes.c_int), ("function", ctypes.c_void_p))


class _Spec(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("basicsize", ctypes.c_int),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("slots", ctypes.POINTER(_Slot)),
    )


_keep: list[Any] = []  # what types point to
_leaves: dict[type, type] = {}


def leaf_of(base: type) -> type:
    """The subclass whose instances can hold machine code; the class itself where there is none."""
    if unsupported():
        return base
    return _leaves.get(base) or _leaves.setdefault(base, _made(base))


def _made(base: type) -> type:
    offset = base.__basicsize__
    members = (_Member * 2)(
        _Member(b"__vectorcalloffset__", _SSIZE, offset, _READONLY, None), _Member()
    )
    slots = (_Slot * 2)(_Slot(_MEMBERS, ctypes.cast(members, ctypes.c_void_p)), _Slot(0, None))
    name = f"{base.__module__}.{base.__qualname__}".encode()
    # Python 3.11 does not let classes inherit the flag of vectorcall, so the type says it itself.
    spec = _Spec(name, offset + 2 * _POINTER, 0, _VECTORCALL, slots)
    make = ctypes.pythonapi.PyType_FromSpecWithBases
    make.restype, make.argtypes = ctypes.py_object, [ctypes.POINTER(_Spec), ctypes.py_object]
    made: type = make(ctypes.byref(spec), (base,))
    _keep.append((name, members, slots, spec))
    return made


def has_room(holder: Any) -> bool:
    """Whether it is an instance of a type that `leaf_of` made."""
    kind = type(holder)
    return _leaves.get(kind.__mro__[1]) is kind


def room_of(holder: Any) -> int:
    """Where the second pointer is: bytes from the start of the object."""
    kind = type(holder)
    if not has_room(holder):
        raise TypeError(f"{kind.__name__} has no room for machine code")
    return kind.__mro__[1].__basicsize__ + _POINTER


def _pointers(holder: Any) -> Any:
    return (ctypes.c_void_p * 2).from_address(address_of(holder) + room_of(holder) - _POINTER)


def install(holder: Any, function: int, own: int = 0) -> None:
    """Let calls of `holder` jump to a function, which finds `own` in the holder; 0 gives calls back
    to Python.
    """
    pointers = _pointers(holder)
    pointers[0] = None  # another thread may call it between these lines
    pointers[1] = own or None
    pointers[0] = function or None


def installed(holder: Any) -> int:
    """The address to which calls jump; 0 when Python has them."""
    return _pointers(holder)[0] or 0
