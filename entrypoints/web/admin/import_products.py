"""The page to import products from a CSV file: it is looked at first, and then confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Controller, Response, get, post

from ....composition.application import Application
from ....ports.language.errors import InvalidText, Refusal
from ....ports.language.imports import GivenProduct, NotTaken, Taken
from ....ports.language.users import Actor
from ...files.products import products_of
from ...files.rows import BadFile
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..forms import TAKES_FILE, detail_of
from ..pages import Page, ThePage
from ..posted import TheForm
from ..visitor import User

MOST_FILE = 50_000
"""The maximum size of a file in characters, which the page that asks for confirmation has too."""
_MOST_BODY = 4 * MOST_FILE
_AT_ONCE = 250
"""The number of products in a transaction, for which others wait."""
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file would bring. The first products and lines are shown, all are counted."""

    new: Sequence[GivenProduct]
    known: int
    refused: Mapping[int, str]

    @property
    def shown_new(self) -> Sequence[GivenProduct]:
        """The products that are shown."""
        return self.new[:_SHOWN]

    @property
    def shown_refused(self) -> Sequence[tuple[int, str]]:
        """The lines that are shown, with the reasons."""
        return sorted(self.refused.items())[:_SHOWN]


class ImportPages(Controller):
    """Importing products."""

    path = "/admin/products/import"

    @get()
    async def view_import(self, page: ThePage, user: User) -> Response[bytes]:
        """Show the form that takes a file."""
        return _shown(page)

    @post(status_code=200, request_max_body_size=_MOST_BODY, opt=TAKES_FILE)
    async def import_products(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Tell what a file would bring, or take it if that was confirmed.

        A product that is there already is not taken, so a file may be sent twice.
        """
        # A browser sends back other line breaks than it was shown, which would count as more.
        content = form.text("file").replace("\r\n", "\n")
        is_trial = not form.text("confirmed")
        try:
            looked = await _taken(application, user.actor, page, content, is_trial=is_trial)
        except Refusal as refusal:
            status, detail = detail_of(request, refusal)
            return _shown(page, status=status, refused=detail)
        if is_trial:
            return _shown(page, looked=looked, content=content)
        return page.leads_to("/admin/products")


async def _taken(
    application: Application, actor: Actor, page: Page, content: str, *, is_trial: bool
) -> Looked:
    """Import what is in a file, or with `is_trial` find out what would be. Raises InvalidText."""
    if not content.strip():
        raise InvalidText(field="file", problem="is missing")
    if len(content) > MOST_FILE:
        problem = f"has more than {MOST_FILE:,} characters; use `solebook import products`"
        raise InvalidText(field="file", problem=problem)
    try:
        found = products_of(content, page.currency, "the file")
    except BadFile as error:
        raise InvalidText(field="file", problem=f"cannot be used: {error}") from error
    lines, given = list(found.given), list(found.given.values())
    outcomes: list[Taken | NotTaken] = []
    for start in range(0, len(given), _AT_ONCE):
        batch = given[start : start + _AT_ONCE]
        outcomes += await application.catalog.import_products(actor, batch, is_trial=is_trial)
    results = list(zip(lines, given, outcomes, strict=True))
    return Looked(
        new=[product for _, product, outcome in results if outcome is Taken.NEW],
        known=sum(outcome is Taken.KNOWN for outcome in outcomes),
        refused={
            **found.refused,
            **{line: each.reason for line, _, each in results if isinstance(each, NotTaken)},
        },
    )


def _shown(
    page: Page,
    *,
    status: int = 200,
    refused: str = "",
    looked: Looked | None = None,
    content: str = "",
) -> Response[bytes]:
    return page.shows(
        "admin/import",
        status=status,
        refused=refused,
        looked=looked,
        content=content,
        most=f"{MOST_FILE // 1_000} kB",
    )
