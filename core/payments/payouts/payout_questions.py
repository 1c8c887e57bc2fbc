"""The idempotency key of a payout, and its retry after a refusal."""

from dataclasses import replace

from ....ports.language.payments import Payout, PayoutState


def taken_up(payout: Payout, account: str) -> Payout:
    """Return a refused payout as due again, to this account."""
    return replace(payout, state=PayoutState.DUE, account=account, reason=None)


def key_of(payout: Payout) -> str:
    """Return the payout's idempotency key. It changes after each refusal.

    The provider repeats its answer to a known key.
    """
    key = f"{payout.order_id}:payout:{payout.account}"
    return f"{key}:{payout.refusals}" if payout.refusals else key
