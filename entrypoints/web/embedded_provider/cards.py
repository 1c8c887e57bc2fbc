"""The page of the embedded provider on which a test card is chosen."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....composition.application import Application
from ....composition.card_pages import CardPages
from ....core.users.view_card_setup import ViewedSetup
from ....ports.language.cards import CardSetupState
from ...http.edge.injected import App
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import SignedInVisitor, User

TEST_CARDS = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_authentication_at_setup",
    "pm_card_declined_at_setup",
    "pm_card_declined",
)
"""What the page offers. Their words are in the catalogue."""


class TestCardPages(Controller):
    """What a buyer sees at the embedded provider. With a real one there is no such page."""

    path = "/embedded-provider/cards/{setup_id:str}"

    @get()
    async def view_cards(
        self, page: ThePage, user: User, setup_id: FromPath[str], application: App
    ) -> Response[bytes]:
        """Show the test cards. Raises NoSuchCardSetup, also for the setup of somebody else."""
        return await _shown(page, application, user, setup_id)

    @post()
    async def send_card(
        self,
        page: ThePage,
        user: User,
        form: TheForm,
        setup_id: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Try a test card, unless the setup has one already."""
        if not (await _viewed(application, user, setup_id)).method:
            await CardPages(application).confirm(setup_id, form.text("card"))
        return await _shown(page, application, user, setup_id)

    @post("/authentication")
    async def authenticate(
        self,
        page: ThePage,
        user: User,
        form: TheForm,
        setup_id: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Pass or fail what the bank asks for."""
        viewed = await _viewed(application, user, setup_id)
        if viewed.setup.state is CardSetupState.NEEDS_ACTION:
            passes = form.text("passes") == "yes"
            await CardPages(application).authenticate(setup_id, passes=passes)
        return await _shown(page, application, user, setup_id)


async def _viewed(application: Application, user: SignedInVisitor, setup_id: str) -> ViewedSetup:
    CardPages(application).check_embedded(setup_id)
    return await application.users.view_card_setup(user.actor, setup_id)


async def _shown(
    page: Page, application: Application, user: SignedInVisitor, setup_id: str
) -> Response[bytes]:
    """Return the page, or lead back if the exchange has the card."""
    viewed = await _viewed(application, user, setup_id)
    if viewed.method is not None:
        return page.leads_to(f"/account/cards?setup={setup_id}")
    return page.shows("embedded_provider/cards", setup=viewed.setup, cards=TEST_CARDS)
