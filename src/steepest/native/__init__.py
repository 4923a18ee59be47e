"""Machine code: a function's graph as straight-line code, through LLVM (llvmlite's wheel)."""
