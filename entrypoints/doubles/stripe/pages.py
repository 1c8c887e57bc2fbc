"""The pages that a buyer or a seller sees."""

from html import escape

from .fields import money
from .state import Object

_CARDS = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_authenticationRequiredOnSetup",
    "pm_card_chargeDeclinedInsufficientFunds",
)
"""The test cards of the page of a checkout session."""


def authentication_page(intent: Object) -> str:
    """Return the page on which a buyer authenticates a payment or a card."""
    if intent["status"] != "requires_action":
        return _page("Authentication", f"<p>{intent['id']} is {intent['status']}.</p>")
    what = "the card"
    if intent["object"] == "payment_intent":
        what = money(intent["amount"], intent["currency"])
    buttons = _button("Complete authentication", "passes") + _button("Fail", "fails")
    return _page("Authentication", f"<p>Authenticate {escape(what)}.</p>{buttons}", intent["id"])


def onboarding_page(account: Object) -> str:
    """Return the page on which a seller completes an account."""
    due = "".join(f"<li>{escape(each)}" for each in account["requirements"]["currently_due"])
    buttons = _button("Complete the account", "completes") + _button("Restrict it", "restricts")
    return _page("Onboarding", f"<p>Required:</p><ul>{due}</ul>{buttons}", account["id"])


def checkout_page(session: Object) -> str:
    """Return the page on which a buyer types a card in."""
    if session["status"] != "open":
        return _page("Checkout", f"<p>{session['id']} is {session['status']}.</p>")
    buttons = "".join(_button(card, f"{card}/pays") for card in _CARDS)
    back = escape(session["cancel_url"] or "/")
    return _page("Checkout", f'{buttons}<p><a href="{back}">Go back</a></p>', session["id"])


def receipt_page(charge: Object) -> str:
    """Return the receipt of a charge."""
    paid = escape(money(charge["amount_captured"], charge["currency"]))
    back = escape(money(charge["amount_refunded"], charge["currency"]))
    return _page("Receipt", f"<p>Paid: {paid}</p><p>Refunded: {back}</p>", charge["id"])


def _button(text: str, act: str) -> str:
    return f'<button formaction="{{path}}/{act}">{text}</button> '


def _page(title: str, content: str, ident: str = "") -> str:
    kinds = {"acct_": "onboarding", "cs_": "checkout"}
    kind = next((kinds[each] for each in kinds if ident.startswith(each)), "authenticate")
    content = content.replace("{path}", f"/_double/{kind}/{ident}")
    return (
        f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1>"
        f"<p>This is a double of Stripe. No money moves.</p><p>{escape(ident)}</p>"
        f"<form method=post>{content}</form></html>"
    )
