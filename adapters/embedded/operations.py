"""The kinds of calls of the embedded payment provider."""

from enum import StrEnum


class Operation(StrEnum):
    """The kinds of calls, including those that the provider makes unasked."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    """A refund is returned by the buyer's bank."""
    PAYOUT = "payout"
    PAYOUT_RETURN = "payout_return"
    """A payout is returned by the seller's bank, whole or in part."""
    WITHDRAWAL = "withdrawal"
    """The exchange's money goes to its own bank."""
    WITHDRAWAL_FAILURE = "withdrawal_failure"
    """A withdrawal is returned by that bank."""
    TOP_UP = "top_up"
    """The exchange adds money from its own bank."""
    FEE = "fee"
    """The provider takes a fee for itself."""
    ACCOUNT_OPENING = "account_opening"
    """A seller's account is opened."""
    ACCOUNT_COMPLETION = "account_completion"
    """A seller tells all that is required: the account can be paid."""
    ACCOUNT_RESTRICTION = "account_restriction"
    """The provider requires more of a seller, until which the account cannot be paid."""
    CARD_SETUP = "card_setup"
    """The setup of a card begins."""
    CARD_CONFIRMATION = "card_confirmation"
    """A card is tried in a setup."""
    CARD_AUTHENTICATION = "card_authentication"
    """A buyer passes or fails the authentication for which a setup waits."""
    CARD_DETACHMENT = "card_detachment"
    """A card is taken from its user."""
    DISPUTE = "dispute"
    """A buyer's bank takes the money of a charge back."""
    DISPUTE_REVERSAL = "dispute_reversal"
    """A dispute is won: the money comes back."""
    DISPUTE_LOSS = "dispute_loss"
    """A dispute is lost, or an inquiry is closed."""
    DISPUTE_EVIDENCE = "dispute_evidence"
    """The exchange submits evidence for a dispute or an inquiry."""
    INQUIRY = "inquiry"
    """A buyer's bank asks about a charge."""

    @property
    def is_about_accounts(self) -> bool:
        """Whether it is about a seller's account."""
        return self in _ABOUT_ACCOUNTS

    @property
    def is_about_cards(self) -> bool:
        """Whether it is about a card."""
        return self in _ABOUT_CARDS

    @property
    def moves_money(self) -> bool:
        """Whether its calls move money if they take effect."""
        return self not in _WITHOUT_MONEY


_ABOUT_ACCOUNTS = (
    Operation.ACCOUNT_OPENING,
    Operation.ACCOUNT_COMPLETION,
    Operation.ACCOUNT_RESTRICTION,
)
_ABOUT_CARDS = (
    Operation.CARD_SETUP,
    Operation.CARD_CONFIRMATION,
    Operation.CARD_AUTHENTICATION,
    Operation.CARD_DETACHMENT,
)
_WITHOUT_MONEY = (
    *_ABOUT_CARDS,
    *_ABOUT_ACCOUNTS,
    Operation.DISPUTE_LOSS,
    Operation.DISPUTE_EVIDENCE,
    Operation.INQUIRY,
)
OPENING_DISPUTES = (Operation.DISPUTE, Operation.INQUIRY)
OF_DISPUTES = (
    *OPENING_DISPUTES,
    Operation.DISPUTE_REVERSAL,
    Operation.DISPUTE_LOSS,
    Operation.DISPUTE_EVIDENCE,
)
OF_THE_EXCHANGE = {
    Operation.WITHDRAWAL: -1,
    Operation.WITHDRAWAL_FAILURE: 1,
    Operation.TOP_UP: 1,
    Operation.FEE: -1,
}
"""The operations between the exchange and the provider, and the sign of what they add to the
balance.
"""
