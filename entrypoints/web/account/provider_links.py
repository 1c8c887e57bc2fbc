"""Links to pages of the payment provider."""

from urllib.parse import urlsplit

from litestar import Response

from ....composition.application import Application
from ....composition.provider_pages import ProviderPages
from ..pages import Page


def provider_link(application: Application, page: Page, url: str, *, back: str) -> Response[bytes]:
    """Return the answer to a form that asked for a page of the provider.

    That of the embedded provider is here. A browser would not follow a form to elsewhere, which
    our pages forbid, so the link to a real one is shown.
    """
    there = urlsplit(url)
    if ProviderPages(application).are_here:
        return page.leads_to(there.path)
    return page.shows("account/provider", url=url, host=there.hostname, back=back)
