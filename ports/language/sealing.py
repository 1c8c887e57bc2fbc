"""Why a sealed value cannot be opened. The texts never have the value."""


class NotOpened(ValueError):
    """A sealed value cannot be opened."""


class KeyMissing(NotOpened):
    """A value is sealed under a key that is not among those given."""

    def __init__(self, key: str, place: str) -> None:
        super().__init__(
            f"a value of {place} is sealed under the key {key!r}, which encryption.keys lacks"
        )
        self.key = key


class SealBroken(NotOpened):
    """A value was changed, cut, or sealed for another row or column."""

    def __init__(self, place: str, row: str) -> None:
        super().__init__(
            f"a value of {place} in row {row!r} was changed, or is of another row or column"
        )
