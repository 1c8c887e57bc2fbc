"""The outcomes of calls."""

from enum import StrEnum

from . import tokens


class Outcome(StrEnum):
    """The outcome of a call."""

    DONE = "done"
    DECLINED = "declined"
    PENDING = "pending"
    """A charge was accepted. It is done or declined later, under the same key."""
    NEEDS_BUYER = "needs_buyer"
    """A charge waits for the buyer. It is done, declined or cancelled later, under the same key."""
    CANCELLED = "cancelled"
    """A charge that needed the buyer was cancelled."""
    ANSWER_LOST = "answer_lost"
    """The call took effect, but the caller got no answer."""
    REQUEST_LOST = "request_lost"
    """The call had no effect."""


SPECIAL: dict[str, tuple[Outcome, str | None]] = {
    tokens.DECLINED_CARD: (Outcome.DECLINED, "card_declined"),
    tokens.CARD_THAT_FAILS_ONCE: (Outcome.REQUEST_LOST, None),
    tokens.CARD_THAT_TIMES_OUT: (Outcome.ANSWER_LOST, None),
    tokens.CARD_THAT_IS_CHARGED_LATER: (Outcome.PENDING, None),
    tokens.CARD_THAT_IS_DECLINED_LATER: (Outcome.PENDING, None),
    tokens.CARD_THAT_STAYS_PENDING: (Outcome.PENDING, None),
    tokens.CARD_THAT_NEEDS_THE_BUYER: (Outcome.NEEDS_BUYER, None),
    tokens.CARD_THAT_THE_BUYER_AUTHENTICATES: (Outcome.NEEDS_BUYER, None),
    tokens.CARD_THAT_THE_BUYER_FAILS: (Outcome.NEEDS_BUYER, None),
    tokens.ACCOUNT_THAT_FAILS_ONCE: (Outcome.REQUEST_LOST, None),
    tokens.ACCOUNT_THAT_TIMES_OUT: (Outcome.ANSWER_LOST, None),
}
"""The first outcome of calls with special tokens."""
NOT_AUTHENTICATED = "authentication_failed"
"""Why a charge is declined whose buyer failed."""
DECIDED: dict[str, tuple[Outcome, str | None]] = {
    tokens.CARD_THAT_IS_CHARGED_LATER: (Outcome.DONE, None),
    tokens.CARD_THAT_IS_DECLINED_LATER: (Outcome.DECLINED, NOT_AUTHENTICATED),
    tokens.CARD_THAT_THE_BUYER_AUTHENTICATES: (Outcome.DONE, None),
    tokens.CARD_THAT_THE_BUYER_FAILS: (Outcome.DECLINED, NOT_AUTHENTICATED),
}
"""The final outcome of cards whose charges are not decided at first."""
UNDECIDED = (Outcome.PENDING, Outcome.NEEDS_BUYER)
"""The outcomes after which a charge gets another one."""
