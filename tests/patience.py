"""How long a test waits for a process or a page before it says that it hangs.

It is no claim of how fast anything is: on a machine that does much else a second's work takes many.
"""

from __future__ import annotations

SECONDS = 300
