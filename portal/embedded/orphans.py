"""No process of ours outlives the one that started it, however that one ends.

Linux: the kernel sends the child a signal when the *thread* that forked it ends (PR_SET_PDEATHSIG), so processes are
started from the main thread. Elsewhere only an orderly stop ends the children. Standard library only.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(on_death: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` for subprocess: the child gets `on_death` when its parent is gone. Set after any uid change."""
    parent = os.getpid()

    def prepare() -> None:
        follow_parent(on_death)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def follow_parent(on_death: signal.Signals) -> None:
    """Ask the kernel to send this very process `on_death` when its parent ends."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(on_death))
