"""The page to import products from a CSV file: it is looked at first, and then confirmed."""

import asyncio
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile

from ....composition.application import Application
from ....ports.language.errors import InvalidText, Refusal
from ....ports.language.imports import GivenProduct, NotTaken, Taken
from ....ports.language.text import spelling_key
from ....ports.language.users import Actor, Role
from ...files.products import products_of
from ...files.rows import BadFile
from ...http.edge.injected import App
from ...http.edge.problems import AnyRequest
from ..acting import NOT_REFUSED, Refused
from ..pages import Page, ThePage
from ..posted import Form, TheForm, takes_files
from ..visitor import User

_MOST_KEPT = 50_000
"""The maximum size in characters of a file that the page has which asks for confirmation. A larger
one has to be chosen again there."""
_MOST_BODY = 1_048_576
"""The maximum size of the form in bytes, which is the API's unless it is set."""
_AT_ONCE = 250
"""The number of products in a transaction, for which others wait."""
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file would bring. The first products and lines are shown, all are counted."""

    new: Sequence[GivenProduct]
    known: int
    refused: Mapping[int, str]
    kept: str
    """The file, or nothing if it is too large to be in a page."""
    digest: str

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

    @post(
        status_code=200,
        request_max_body_size=_MOST_BODY,
        opt=takes_files(Role.ADMIN, most_text=2 * _MOST_KEPT),
    )
    async def import_products(
        self, request: AnyRequest, page: ThePage, user: User, form: TheForm, application: App
    ) -> Response[bytes]:
        """Tell what a file would bring, or take it if that was confirmed.

        A product that is there already is not taken, so a file may be sent twice.
        """
        is_trial = not form.text("confirmed")
        try:
            content = await _content_of(request, form)
            looked = await _taken(application, user.actor, page, content, is_trial=is_trial)
        except Refusal as refusal:
            return _shown(page, Refused.of(request, refusal))
        return _shown(page, looked=looked) if is_trial else page.leads_to("/admin/products")


async def _content_of(request: AnyRequest, form: Form) -> bytes:
    """Return the file that was chosen, or the one that the page had. Raises InvalidText."""
    content = form.text("file").encode()
    for file in (await request.form()).getall("file", []):
        if isinstance(file, UploadFile):
            content = await file.read()
    if not content.strip():
        raise InvalidText(field="file", problem="is missing")
    if form.text("digest") not in ("", sha256(content).hexdigest()):
        raise InvalidText(field="file", problem="is not the one that you looked at")
    return content


async def _taken(
    application: Application, actor: Actor, page: Page, content: bytes, *, is_trial: bool
) -> Looked:
    """Import what is in a file, or with `is_trial` find out what would be. Raises InvalidText."""
    try:
        # In a thread, because the many rows of a large file take a while.
        found = await asyncio.to_thread(products_of, content, page.currency, "the file")
    except BadFile as error:
        raise InvalidText(field="file", problem=f"cannot be used: {error}") from error
    once = _without_repetitions(found.given)
    lines, given = list(once), list(once.values())
    outcomes: list[Taken | NotTaken] = []
    for start in range(0, len(given), _AT_ONCE):
        batch = given[start : start + _AT_ONCE]
        outcomes += await application.catalog.import_products(actor, batch, is_trial=is_trial)
    results = list(zip(lines, given, outcomes, strict=True))
    return Looked(
        new=[product for _, product, outcome in results if outcome is Taken.NEW],
        known=sum(outcome is Taken.KNOWN for outcome in outcomes) + len(found.given) - len(once),
        refused={
            **found.refused,
            **{line: each.reason for line, _, each in results if isinstance(each, NotTaken)},
        },
        kept=_kept(content),
        digest=sha256(content).hexdigest(),
    )


def _without_repetitions(given: Mapping[int, GivenProduct]) -> Mapping[int, GivenProduct]:
    """Return the products whose style code no line before has, by their lines."""
    first: dict[str, int] = {}
    for line, product in given.items():
        first.setdefault(spelling_key(product.style_code), line)
    return {line: given[line] for line in first.values()}


def _kept(content: bytes) -> str:
    """Return a file as text that a page can have, or nothing."""
    is_utf_16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeError:  # some of its lines are refused
        return ""
    return text if len(text) <= _MOST_KEPT else ""


def _shown(
    page: Page, refused: Refused = NOT_REFUSED, *, looked: Looked | None = None
) -> Response[bytes]:
    return page.shows(
        "admin/import",
        status=refused.status,
        refused=refused.detail,
        looked=looked,
        most=f"{_MOST_BODY // 1_000} kB",
    )
