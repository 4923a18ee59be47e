"""What objects of CPython and NumPy look like in memory, for machine code that reads them itself.

That holds for the versions on which it was tested, and is looked at once more before it is relied
on. Anywhere else, machine code is called through Python.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from _thread import allocate_lock
from collections.abc import Mapping
from functools import cache
from types import CellType
from typing import Any, Final

import numpy as np

__all__ = [
    "ALIGNED", "CELL", "CONTIGUOUS", "DATA", "DESCR", "DIGIT", "DIMENSIONS", "FLAGS", "IMMORTAL",
    "ITEMS", "NDIM", "SIZE", "STRIDES", "TAGGED", "TYPE", "VALUE", "address_of", "following",
    "symbols", "unsupported",
]  # fmt: skip

TESTED: Final = ((3, 11), (3, 12), (3, 13))  # versions of CPython, with NumPy 2
# Whether the word at SIZE of an int is a tag, 8 times its number of digits plus 0 for positive, 1
# for zero, 2 for negative; before, it was the number of digits with the sign of the int.
TAGGED: Final = sys.version_info >= (3, 12)
# Whether objects may count their references in 32 bits, of which all are set where they live
# forever; before, each counted in 64.
IMMORTAL: Final = sys.version_info >= (3, 12)

TYPE: Final = 8  # bytes from the start of any object to its type
VALUE: Final = 16  # of a float, and of a np.float64, to its number
ITEMS: Final = 24  # of a tuple to its first item
SIZE: Final = 16  # of an int to what tells its number of digits and its sign, and to the lowest
DIGIT: Final = 24
CELL: Final = 16  # of a closure's cell to what it holds
DATA: Final = 16  # of an ndarray, to these:
NDIM: Final = 24
DIMENSIONS: Final = 32
STRIDES: Final = 40
DESCR: Final = 56
FLAGS: Final = 64
CONTIGUOUS: Final = 0x1
ALIGNED: Final = 0x100

# places in NumPy's table of functions, the same since its version 1.0
_NEW_FROM_DESCR: Final = 94
_ZEROS: Final = 183
_ARRAY_TYPE: Final = 2
_FUNCTIONS: Final = (
    "PyFloat_FromDouble", "PyTuple_New", "PyThreadState_Get", "_PyObject_MakeTpCall",
    "PyDict_GetItem", "PyObject_GetAttr", "PyErr_Clear", "Py_DecRef",
)  # fmt: skip


def address_of(thing: Any) -> int:
    """Where an object is; it must be kept alive by whoever uses this."""
    return id(thing)


@cache
def unsupported() -> str:
    """Why machine code cannot be called directly here; an empty text where it can."""
    version = sys.version_info[:2]
    if sys.implementation.name != "cpython":
        return f"it is called through Python on {sys.implementation.name}"
    if version not in TESTED:
        tested = ", ".join(f"{a}.{b}" for a, b in TESTED)
        return f"direct calls were tested on Python {tested}, and this is {version[0]}.{version[1]}"
    if "t" in getattr(sys, "abiflags", "") or hasattr(sys, "gettotalrefcount"):
        return "direct calls need Python's ordinary build"
    if struct.calcsize("P") != 8 or np.__version__.partition(".")[0] != "2":
        return "direct calls need 64 bits and NumPy 2"
    return "" if _as_expected() else "objects do not look in memory as they did when it was tested"


def _as_expected() -> bool:
    """Whether a few objects look as they should."""
    array = np.arange(6.0).reshape(2, 3)
    at, number, cell, pair = address_of(array), np.float64(1.25), CellType(array), (array, 2)
    return (
        object.__basicsize__ == 16
        and tuple.__basicsize__ == ITEMS
        and ctypes.c_double.from_address(address_of(1.5) + VALUE).value == 1.5
        and ctypes.c_double.from_address(address_of(number) + VALUE).value == 1.25
        and [_word(address_of(k) + SIZE) for k in (-7, 0, 7, 1 << 30)]
        == ([10, 1, 8, 16] if TAGGED else [-1, 0, 1, 2])
        and ctypes.c_uint32.from_address(address_of((1 << 30) - 1) + DIGIT).value == (1 << 30) - 1
        and _word(address_of(cell) + CELL) == at
        and _word(address_of(pair) + ITEMS) == at
        and _word(at + TYPE) == address_of(np.ndarray) == _table()[_ARRAY_TYPE]
        and _word(at + DATA) == array.ctypes.data
        and ctypes.c_int32.from_address(at + NDIM).value == 2
        and [_word(_word(at + DIMENSIONS) + 8 * i) for i in (0, 1)] == [2, 3]
        and [_word(_word(at + STRIDES) + 8 * i) for i in (0, 1)] == [24, 8]
        and _word(at + DESCR) == address_of(np.dtype(np.float64)) == address_of(array.dtype)
        and ctypes.c_int32.from_address(at + FLAGS).value == array.flags.num
    )


def _word(at: int) -> int:
    return ctypes.c_int64.from_address(at).value


def _table() -> Any:
    """NumPy's table of C functions."""
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    capsule = np._core._multiarray_umath._ARRAY_API  # type: ignore[attr-defined]
    return (ctypes.c_int64 * (_ZEROS + 1)).from_address(pointer_of(capsule, None))


@cache
def symbols() -> Mapping[str, int]:
    """Addresses of what machine code calls and compares with."""
    found = {
        name: ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0
        for name in _FUNCTIONS
    }
    return found | {
        "PyFloat_Type": address_of(float),
        "PyLong_Type": address_of(int),
        "numpy_float64": address_of(np.float64),
        "numpy_array": address_of(np.ndarray),
        "numpy_double": address_of(np.dtype(np.float64)),
        "numpy_new": _table()[_NEW_FROM_DESCR],
        "numpy_zeros": _table()[_ZEROS],
        "steepest_open": ctypes.addressof(_open),
    }


_open = ctypes.c_int64(0)  # how many functions are being followed just now, in all threads
_counting = allocate_lock()


def following(by: int) -> None:
    """One more function is being followed, or one less: meanwhile numbers may stand for nodes, so
    machine code leaves every call to Python.
    """
    with _counting:
        _open.value += by
