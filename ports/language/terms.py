"""What the processes of an exchange agree on."""

from dataclasses import dataclass


class WrongShards(ValueError):
    """The exchange is divided into another number of shards."""

    def __init__(self, stored: int, given: int) -> None:
        super().__init__(f"the exchange has {stored} shards, and this process {given}")


class WrongCurrency(ValueError):
    """The exchange trades in another currency."""

    def __init__(self, stored: str, given: str) -> None:
        super().__init__(
            f"the exchange trades in {stored}, and this process in {given}. Give it the same "
            "market.currency. Only an exchange without products can change it, by "
            "`solebook admin apply-rules`"
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an exchange. They are stored at its first start."""

    currency: str
    """The ISO 4217 code of all amounts.

    Only ApplyRules changes it, while there are no amounts.
    """
    shards: int = 1
    """The number of parts into which the books are divided, each with its own engine.

    Only Reshard changes it, while the exchange is stopped.
    """

    def check(self, given: "Terms") -> None:
        """Raise WrongCurrency or WrongShards unless a process has the same terms."""
        check_currency(self, given.currency)
        if self.shards != given.shards:
            raise WrongShards(self.shards, given.shards)


def check_currency(stored: Terms, given: str) -> None:
    """Raise WrongCurrency unless the currency is that of the terms."""
    if stored.currency != given:
        raise WrongCurrency(stored.currency, given)
