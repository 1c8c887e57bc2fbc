"""Checks that stay when Python runs without its assertions (`python -O`)."""


class InvariantBroken(AssertionError):
    """The program contradicts itself, which is a bug. Nothing may be stored after it."""


def ensure(is_so: object, message: object) -> None:
    """Raise InvariantBroken unless a fact holds on which money or the store relies."""
    if not is_so:
        raise InvariantBroken(message)
