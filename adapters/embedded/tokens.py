"""Test payment methods and payout accounts with special outcomes at the embedded provider.

Any other token that begins with `pm_` is a valid payment method, and with `acct_` a valid account.
Every other token is declined.

A token that begins with `pm_card_` is a test card for everybody. Each user's own card from it has
an id such as `pm_3f2a.card_visa`, and behaves like its token.
"""


def test_token_of(card: str) -> str:
    """Return the token from which a card was made, which may be the card itself."""
    _, point, name = card.partition(".")
    return f"pm_{name}" if point and card.startswith("pm_") else card


def is_for_everybody(token: str) -> bool:
    """Return whether a token is a test card, from which each setup makes a card of its own."""
    return token.startswith("pm_card_") and "." not in token


CARD = "pm_card_visa"
"""Every charge succeeds."""

DECLINED_CARD = "pm_card_declined"
"""Every charge is declined."""

CARD_THAT_FAILS_ONCE = "pm_card_fails_once"
"""The first call with each key does not reach the provider; the same call again succeeds."""

CARD_THAT_TIMES_OUT = "pm_card_times_out_after_charging"
"""The first call with each key charges, but its answer is lost. A retry returns the answer."""

CARD_THAT_IS_CHARGED_LATER = "pm_card_pending_then_charged"
"""A charge is pending first. It succeeds when the provider is asked about it again."""

CARD_THAT_IS_DECLINED_LATER = "pm_card_pending_then_declined"
"""A charge is pending first. It is declined when the provider is asked about it again."""

CARD_THAT_STAYS_PENDING = "pm_card_pending"
"""Every charge stays pending forever."""

CARD_THAT_NEEDS_THE_BUYER = "pm_card_authenticate"
"""A charge waits until the buyer authenticates it: `solebook provider authenticate`."""

CARD_THAT_THE_BUYER_AUTHENTICATES = "pm_card_authenticate_then_charged"
"""A charge needs the buyer first. It succeeds when the provider is asked about it again."""

CARD_THAT_THE_BUYER_FAILS = "pm_card_authenticate_then_declined"
"""A charge needs the buyer first. It is declined when the provider is asked about it again."""

CARD_CHARGED_HALF = "pm_card_charged_half"
"""Half of the requested amount is charged, rounded up."""

CARD_CHARGED_DOUBLE = "pm_card_charged_double"
"""Twice the requested amount is charged."""

CARD_WHOSE_REFUNDS_TIME_OUT = "pm_card_refund_times_out"
"""Every charge succeeds. The first refund with each key is made, but its answer is lost."""

CARD_DECLINED_AT_SETUP = "pm_card_declined_at_setup"
"""The provider does not verify it."""

CARD_THAT_NEEDS_AUTHENTICATION_AT_SETUP = "pm_card_authentication_at_setup"
"""Its setup waits until the buyer has authenticated. Afterwards every charge succeeds."""

AUTHENTICATION_PASSES = "passes"
AUTHENTICATION_FAILS = "fails"
"""What a buyer does when a setup waits for authentication."""

CARD_WITH_A_FEE = "pm_card_with_fee"
"""Every charge succeeds, and the provider keeps 2.9 % and 30 minor units of it."""

CARD_WHOSE_REFUNDS_FAIL = "pm_card_refund_fails"
"""Every charge and refund succeeds. A refund has failed when the provider is asked about it."""

CARD_WHOSE_REFUNDS_ARE_PENDING = "pm_card_refund_pending"
"""Every charge succeeds. Its refunds stay pending."""

ACCOUNT = "acct_seller"
"""Every payout succeeds."""

CLOSED_ACCOUNT = "acct_closed"
"""Every payout is declined."""

ACCOUNT_THAT_FAILS_ONCE = "acct_fails_once"
"""The first call with each key does not reach the provider; the same call again succeeds."""

ACCOUNT_THAT_TIMES_OUT = "acct_times_out_after_paying"
"""The first call with each key pays, but its answer is lost. A retry returns the answer."""

ACCOUNT_PAID_HALF = "acct_paid_half"
"""Half of the requested amount is paid, rounded up."""

ACCOUNT_PAID_DOUBLE = "acct_paid_double"
"""Twice the requested amount is paid."""

CARD_THAT_IS_DISPUTED = "pm_card_disputed"
"""Every charge succeeds, and the buyer's bank disputes it at once."""

WINNING_EVIDENCE = "winning_evidence"
"""A line of evidence with which a dispute is won."""

LOSING_EVIDENCE = "losing_evidence"
"""A line of evidence with which a dispute is lost."""
