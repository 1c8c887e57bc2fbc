"""The port to the cards that the payment provider keeps."""

from typing import Protocol

from .language.cards import CardHolder, CardPage, CardSetup, NewCardSetup, SavedCard


class CardVault(Protocol):
    """Keeps buyers' cards at the payment provider. Call it outside any transaction.

    A holder is made a customer of the provider at their first call, once. Calls with a `key` have
    their effect once, like those of `PaymentProvider`, and every method raises Unavailable.
    """

    async def begin(self, *, key: str, holder: CardHolder) -> NewCardSetup:
        """Begin the setup of a card that the provider gets from the holder's browser.

        The card is verified, and then belongs to the holder's customer. Raises InvalidText, like
        `save`, if the provider does not accept the holder's email.
        """
        ...

    async def begin_on_page(self, *, key: str, holder: CardHolder, back_to: str) -> CardPage:
        """Begin the setup of a card that the provider asks for on a page of its own.

        The browser comes back to `back_to`, an absolute URL without a query. If the provider has
        the card, it has the page's id as `setup` in the query then. Raises InvalidText, as `begin`.
        """
        ...

    async def save(self, *, key: str, holder: CardHolder, token: str) -> SavedCard:
        """Verify a card that the provider has already, by its token, and keep it for the holder.

        A card that was kept for this holder before is returned as it is. Raises CardRefused, also
        if the holder would have to authenticate, which only a setup that `begin` began allows.
        """
        ...

    async def find_setup(self, setup_id: str) -> CardSetup | None:
        """Return the current state of a setup, or None if there is none.

        The id may be that of the page on which it began.
        """
        ...

    async def detach(self, token: str) -> None:
        """Take a card from its customer. It is never charged again. Idempotent."""
        ...
