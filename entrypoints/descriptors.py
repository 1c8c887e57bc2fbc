"""How many files and connections the process may open."""

import sys

_UNLIMITED = 1_000_000
"""What is counted on where the system has no limit, or tells none."""


def raise_descriptors() -> int:
    """Raise the soft limit of open files to the hard one, and return it."""
    if sys.platform == "win32":
        return _UNLIMITED
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # macOS has a hard limit that it does not let one reach
            hard = soft
    return _UNLIMITED if hard == resource.RLIM_INFINITY else min(hard, _UNLIMITED)
