"""The page of the embedded provider on which a seller tells what is required."""

from litestar import Controller, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from ....composition.application import Application
from ....composition.provider_pages import ProviderPages
from ....ports.language.seller_accounts import SellerAccount
from ...http.edge.injected import App
from ..pages import ThePage
from ..posted import TheForm
from ..visitor import SignedInVisitor, User


class TestAccountPages(Controller):
    """What a seller sees at the embedded provider. With a real one there is no such page."""

    path = "/embedded-provider/accounts/{account:str}"

    @get()
    async def view_test_account(
        self, page: ThePage, user: User, account: FromPath[str], application: App
    ) -> Response[bytes]:
        """Show what is required of a seller. Raises NotFoundException for another's account."""
        found = await _own(application, user, account)
        return page.shows("embedded_provider/account", account=found)

    @post()
    async def complete_test_account(
        self,
        page: ThePage,
        user: User,
        form: TheForm,
        account: FromPath[str],
        application: App,
    ) -> Response[bytes]:
        """Tell all that is required, and lead back."""
        if not (await _own(application, user, account)).can_receive:
            await ProviderPages(application).complete_account(account)
        return page.leads_to("/account/payout-account")


async def _own(application: Application, user: SignedInVisitor, account: str) -> SellerAccount:
    profile = await application.users.view_profile(user.actor)
    if not ProviderPages(application).are_here or profile.user.payout_account != account:
        raise NotFoundException
    return await application.sellers.view_account(user.actor)
