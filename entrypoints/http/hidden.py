"""The mixin of bodies with secrets."""


class Hidden:
    """A body that holds a secret. Its text, as in a log or a traceback, has none of its values."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"
