"""The port to a service that is tried before, or while, an exchange uses it."""

from typing import Protocol

from .language.trials import Failed, Trials


class ServiceCheck(Protocol):
    """Tries one service that the settings name, as an operator would who asks what is wrong.

    It changes nothing there, or undoes it. It has no circuit breaker and never tries twice.
    """

    service: str
    """Its name: that of the section of the settings that names it."""

    async def __call__(self, trials: Trials) -> None:
        """Try everything and add what is found. Raises CannotGoOn after a result that says why.

        The caller has the limit of time.
        """
        ...

    def explain(self, error: Exception) -> Failed:
        """Return what an error says that ended a trial, without a secret."""
        ...
