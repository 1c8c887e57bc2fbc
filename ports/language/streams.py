"""What ends a live stream early."""


class FellBehind(Exception):
    """The reader's queue overflowed, so the reader gets nothing more."""
