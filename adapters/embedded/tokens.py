"""Test payment methods and payout accounts with special outcomes at the embedded provider.

Any other token that begins with `pm_` is a valid payment method, and with `acct_` a valid account.
Every other token is declined.
"""

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

CARD_CHARGED_HALF = "pm_card_charged_half"
"""Half of the requested amount is charged, rounded up."""

CARD_CHARGED_DOUBLE = "pm_card_charged_double"
"""Twice the requested amount is charged."""

CARD_WHOSE_REFUNDS_TIME_OUT = "pm_card_refund_times_out"
"""Every charge succeeds. The first refund with each key is made, but its answer is lost."""

CARD_WITH_A_FEE = "pm_card_with_fee"
"""Every charge succeeds, and the provider keeps 2.9 % and 30 minor units of it."""

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
