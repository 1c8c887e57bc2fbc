"""Becomes another program that ends with its parent: `guard.py PARENT SIGNAL USER PROGRAM...`.

On Linux the kernel sends the signal when the parent has ended, even if that was killed. It runs
with the standard library alone, before it gives up root's rights: USER is the id of another user,
or `-`.
"""

import ctypes
import os
import sys

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2). It outlives exec, but no change of the user."""


def main() -> None:
    """Become the program. Raises OSError if that cannot be run."""
    parent, number, user, *program = sys.argv[1:]
    if user != "-":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, int(number))
    if os.getppid() != int(parent):
        sys.exit("the stack has ended")
    os.execvp(program[0], program)  # noqa: S606  # whose arguments nobody has to split


if __name__ == "__main__":
    main()
