"""Machine code: graphs written as LLVM IR, compiled and run."""
