"""The cards that the embedded provider keeps: its state, derived from the calls about cards."""

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256

from ...ports.language.cards import CardDetails, CardSetup, CardSetupState, SavedCard
from ...ports.language.ids import UserId, parse_id
from ...ports.language.invariants import ensure
from . import tokens

_STATES = {
    "done": CardSetupState.SUCCEEDED,
    "declined": CardSetupState.FAILED,
    "pending": CardSetupState.NEEDS_ACTION,
}
"""By the outcome of the latest call in a setup."""
_BRANDS = {"mastercard": "4444", "amex": "0005", "discover": "1117", "visa": "4242"}


@dataclass(slots=True)
class _Setup:
    """A setup, with the latest card that was tried in it and what came of it."""

    user: str
    calls: int = 0
    token: str = field(default="", repr=False)
    outcome: str | None = None
    reason: str | None = None


class CardRecords:
    """Setups of cards, and the cards that came of them.

    A test card (`pm_card_...`) is for everybody, so each user has a card of their own from it. Any
    other token is one card, which one user can have.
    """

    def __init__(self) -> None:
        self._setups: dict[str, _Setup] = {}
        self._owners: dict[str, str] = {}
        self._cards_of: defaultdict[str, list[str]] = defaultdict(list)
        """By user, all cards ever."""
        self._detached: set[str] = set()

    def apply(
        self, operation: str, target: str, call_id: str, outcome: str, reason: str | None
    ) -> None:
        """Apply a call: its operation, target, id and outcome are those of the journal."""
        if operation == "card_setup":
            self._setups[f"seti_{call_id}"] = _Setup(user=target)
        elif operation == "card_detachment":
            self._detached.add(target)
        else:
            setup_id, _, what = target.partition(" ")
            setup = self._setups[setup_id]
            setup.calls += 1
            setup.outcome, setup.reason = outcome, reason
            if operation == "card_confirmation":
                setup.token = what
            if outcome == "done":
                card = card_of(setup.token, setup_id)
                self._owners[card] = setup.user
                self._cards_of[setup.user].append(card)

    def decide(self, operation: str, target: str) -> tuple[str, str | None]:
        """Return the outcome of a call, and why it is declined."""
        setup_id, _, what = target.partition(" ")
        match operation:
            case "card_confirmation":
                return self._verify(setup_id, what)
            case "card_authentication" if what != tokens.AUTHENTICATION_PASSES:
                return "declined", "authentication_failed"
            case _:
                return "done", None

    def _verify(self, setup_id: str, token: str) -> tuple[str, str | None]:
        card = card_of(token, setup_id)
        if not token.startswith("pm_"):
            return "declined", "invalid_payment_method"
        if card in self._detached:
            return "declined", "card_removed"
        if (owner := self._owners.get(card)) is not None:
            is_theirs = owner == self._setups[setup_id].user
            return ("done", None) if is_theirs else ("declined", "card_of_another_customer")
        if token == tokens.CARD_DECLINED_AT_SETUP:
            return "declined", "card_declined"
        needs_buyer = token == tokens.CARD_THAT_NEEDS_AUTHENTICATION_AT_SETUP
        return "pending" if needs_buyer else "done", None

    def made_from(self, token: str, user: str) -> str | None:
        """Return the card that a user has already from a test card, or None."""
        theirs = (card for card in self._cards_of[user] if card not in self._detached)
        return next((card for card in theirs if tokens.test_token_of(card) == token), None)

    def is_detached(self, card: str) -> bool:
        """Return whether a card was taken from its user."""
        return card in self._detached

    def calls_in(self, setup_id: str) -> int:
        """Return how many calls a setup had. Raises AssertionError if there is none."""
        ensure(setup_id in self._setups, f"the provider began no setup {setup_id}")
        return self._setups[setup_id].calls

    def find(self, setup_id: str) -> CardSetup | None:
        """Return the current state of a setup, or None if there is none."""
        setup = self._setups.get(setup_id)
        if setup is None:
            return None
        user_id = UserId(parse_id(setup.user))
        if setup.outcome is None:
            return CardSetup(setup_id, user_id, CardSetupState.OPEN)
        card, state = card_of(setup.token, setup_id), _STATES[setup.outcome]
        is_there = state is CardSetupState.SUCCEEDED and card not in self._detached
        saved = SavedCard(card, details_of(card)) if is_there else None
        return CardSetup(setup_id, user_id, state, saved, reason=setup.reason)


def client_secret_of(setup_id: str) -> str:
    """Return the client secret of a setup, which begins with its id, as at Stripe.

    It follows from the id, so it protects nothing. There is no money here.
    """
    return f"{setup_id}_secret_{sha256(f'secret of {setup_id}'.encode()).hexdigest()[:24]}"


def card_of(token: str, setup_id: str) -> str:
    """Return the card that a setup makes from a token."""
    if not tokens.is_for_everybody(token):
        return token
    return f"pm_{setup_id.removeprefix('seti_')[:12]}.{token.removeprefix('pm_')}"


def details_of(card: str) -> CardDetails:
    """Return what is shown of a card."""
    token = tokens.test_token_of(card)
    print_of = sha256(token.encode()).hexdigest()
    brand = next((name for name in _BRANDS if name in token), "visa")
    digits = token[-4:] if token[-4:].isdecimal() and token[-4:].isascii() else None
    if digits is None:
        is_plain = token == f"pm_card_{brand}"
        digits = _BRANDS[brand] if is_plain else f"{int(print_of[:8], 16) % 10_000:04}"
    return CardDetails(brand, digits, 12, 2034, print_of[:16])
