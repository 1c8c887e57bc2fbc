"""The priority of messages."""

from enum import IntEnum

from .notifications import NotificationKind


class Priority(IntEnum):
    """The priority of queued messages. A lower number goes first."""

    HIGH = 0
    """A trade depends on it, or somebody loses something if it is late."""
    NORMAL = 1
    """Somebody should know it soon."""
    LOW = 2
    """It can wait."""


_HIGH, _NORMAL, _LOW = Priority.HIGH, Priority.NORMAL, Priority.LOW

PRIORITY_OF: dict[NotificationKind, Priority] = {
    NotificationKind.BID_MATCHED: _HIGH,  # it must not arrive after PAYMENT_DECLINED
    NotificationKind.ASK_MATCHED: _HIGH,  # "do not ship yet" must not arrive after "please ship"
    NotificationKind.SALE_CONFIRMED: _HIGH,  # a seller who ships late owes a penalty
    NotificationKind.SALE_CANCELLED: _HIGH,  # a pair that is shipped all the same may get lost
    NotificationKind.PAYMENT_NEEDS_BUYER: _HIGH,  # the order is cancelled if it comes late
    NotificationKind.PAYMENT_DECLINED: _HIGH,  # the buyer needs another card to buy the pair
    NotificationKind.PAYOUT_REFUSED: _HIGH,  # the seller needs another account to be paid
    NotificationKind.PAYOUT_ACCOUNT_RESTRICTED: _HIGH,  # the seller must act to be paid
    NotificationKind.WEBHOOK_DISABLED: _NORMAL,  # a program may miss what its user reads anyway
    NotificationKind.QUOTES_WITHDRAWN: _HIGH,  # the owner believes that the offers stand
    NotificationKind.COSTS_ROSE: _HIGH,  # the owner may not want to trade at such a cost
    NotificationKind.ORDER_DELIVERED: _HIGH,  # from now on a complaint has a deadline
    NotificationKind.ORDER_COMPLAINT_DECIDED: _HIGH,  # the pair may have to be sent back
    NotificationKind.EMAIL_PROOF: _HIGH,  # somebody waits for it at the screen
    NotificationKind.PHONE_PROOF: _HIGH,  # somebody waits for it at the screen
    NotificationKind.PASSWORD_RESET: _HIGH,  # somebody waits for it at the screen
    NotificationKind.REGISTRATION_REPEATED: _NORMAL,  # the user has an account already
    NotificationKind.EMAIL_CHANGED: _HIGH,  # a thief may have the account
    NotificationKind.API_KEY_CREATED: _HIGH,  # the same
    NotificationKind.PASSWORD_CHANGED: _HIGH,  # the same
    NotificationKind.PAYOUT_ACCOUNT_CHANGED: _HIGH,  # a thief may get the payouts
    NotificationKind.ACCOUNT_CLOSED: _HIGH,  # the same
    NotificationKind.NEW_SIGN_IN: _HIGH,  # a thief may have the password
    NotificationKind.ALARM: _HIGH,  # an admin must look at it
    NotificationKind.ORDER_CONFIRMED: _NORMAL,  # the seller ships next
    NotificationKind.ORDER_CANCELLED: _NORMAL,  # the money goes back by itself
    NotificationKind.ORDER_AUTH_PASSED: _NORMAL,  # the pair follows by itself
    NotificationKind.SALE_AUTH_PASSED: _NORMAL,  # the payout follows by itself
    NotificationKind.ORDER_AUTH_FAILED: _NORMAL,  # the money goes back by itself
    NotificationKind.SALE_AUTH_FAILED: _NORMAL,  # the pair comes back by itself
    NotificationKind.ORDER_SHIPPED: _NORMAL,  # the pair takes days
    NotificationKind.SALE_DELIVERED: _NORMAL,  # the payout follows by itself
    NotificationKind.PAYOUT_PAID: _NORMAL,  # the money is on its way
    NotificationKind.ORDER_COMPLAINED: _NORMAL,  # the staff decides next
    NotificationKind.SALE_COMPLAINED: _NORMAL,  # there is nothing for the seller to do
    NotificationKind.SALE_COMPLAINT_DECIDED: _NORMAL,  # what follows happens by itself
    NotificationKind.ORDER_REFUNDED: _NORMAL,  # the money goes back by itself
    NotificationKind.SALE_REFUNDED: _NORMAL,  # the staff decided, and nothing is left to do
    NotificationKind.REFUND_FAILED: _NORMAL,  # it is made again by itself
    NotificationKind.SALE_RETURNED: _NORMAL,  # the pair comes back by itself
    NotificationKind.PAYOUT_FROZEN: _NORMAL,  # the staff decides next
    NotificationKind.PAYOUT_RELEASED: _NORMAL,  # the payout follows by itself
    NotificationKind.PENALTY_REVERSED: _NORMAL,  # the debt is gone by itself
    NotificationKind.WELCOME: _LOW,  # who just joined is at the screen
    NotificationKind.PRICE_DROPPED: _LOW,  # thousands may hear of one price, and one pair is there
}
"""The priority of every kind of notification, with the reason."""
