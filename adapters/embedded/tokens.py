"""Payment methods and payout accounts that the embedded provider treats in a way of their own.

Any other text that begins with `pm_` is a good payment method, with `acct_` a good account; the
rest is declined.
"""

CARD = "pm_card_visa"
"""Every charge succeeds."""

DECLINED_CARD = "pm_card_declined"
"""Every charge is declined."""

CARD_THAT_FAILS_ONCE = "pm_card_fails_once"
"""The first call with each key does not reach the provider; the same call again succeeds."""

CARD_THAT_TIMES_OUT = "pm_card_times_out_after_charging"
"""The first call with each key charges, but its answer is lost; the same call again brings it."""

CARD_THAT_IS_CHARGED_LATER = "pm_card_pending_then_charged"
"""A charge is pending first; it succeeds when the provider is asked about it again."""

CARD_THAT_IS_DECLINED_LATER = "pm_card_pending_then_declined"
"""A charge is pending first; it is declined when the provider is asked about it again."""

CARD_THAT_STAYS_PENDING = "pm_card_pending"
"""Every charge is pending for ever."""

ACCOUNT = "acct_seller"
"""Every payout arrives."""

CLOSED_ACCOUNT = "acct_closed"
"""Every payout is declined."""

ACCOUNT_THAT_FAILS_ONCE = "acct_fails_once"
"""The first call with each key does not reach the provider; the same call again succeeds."""

ACCOUNT_THAT_TIMES_OUT = "acct_times_out_after_paying"
"""The first call with each key pays, but its answer is lost; the same call again brings it."""
