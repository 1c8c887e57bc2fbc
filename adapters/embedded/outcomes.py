"""Outcomes of calls at the embedded provider, and the tokens that have special ones."""

from enum import StrEnum

from . import tokens


class Outcome(StrEnum):
    """The outcome of a call."""

    DONE = "done"
    DECLINED = "declined"
    PENDING = "pending"
    """A charge was accepted. It is done or declined later, under the same key."""
    ANSWER_LOST = "answer_lost"
    """The call took effect, but the caller got no answer."""
    REQUEST_LOST = "request_lost"
    """The call had no effect."""


SPECIAL = {
    tokens.DECLINED_CARD: (Outcome.DECLINED, "card_declined"),
    tokens.CARD_THAT_FAILS_ONCE: (Outcome.REQUEST_LOST, None),
    tokens.CARD_THAT_TIMES_OUT: (Outcome.ANSWER_LOST, None),
    tokens.CARD_THAT_IS_CHARGED_LATER: (Outcome.PENDING, None),
    tokens.CARD_THAT_IS_DECLINED_LATER: (Outcome.PENDING, None),
    tokens.CARD_THAT_STAYS_PENDING: (Outcome.PENDING, None),
    tokens.ACCOUNT_THAT_FAILS_ONCE: (Outcome.REQUEST_LOST, None),
    tokens.ACCOUNT_THAT_TIMES_OUT: (Outcome.ANSWER_LOST, None),
}
DECIDED: dict[str, tuple[Outcome, str | None]] = {
    tokens.CARD_THAT_IS_CHARGED_LATER: (Outcome.DONE, None),
    tokens.CARD_THAT_IS_DECLINED_LATER: (Outcome.DECLINED, "authentication_failed"),
}
"""The final outcome of cards whose charges are pending first."""
