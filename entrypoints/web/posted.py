"""The forms of pages: whose they are, and what is done when their sender is not signed in."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from string import punctuation
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import SkipValidation

from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import UserId
from ...ports.language.users import Role
from ..http.edge.problems import AnyRequest
from .forms import MOST_FORM, refuse_nul, submitted
from .forms_with_files import texts_beside_files
from .pages import ThePage
from .visitor import Anybody, SignedInVisitor

_TOKEN, _ONCE = "_token", "_once"  # the names of fields
_SECRET = ("password", "new_password")
"""The names of fields that only their own page has."""
KEPT = "kept."
"""How the names of fields begin that are kept while their sender signs in."""


Sent: TypeAlias = NamedDependency[SkipValidation[Mapping[str, str]]]
"""The fields of a form, of which nobody knows yet whose it is."""


class SignInNeeded(Exception):
    """A page is for those who are signed in. `fields` is the form that was sent to it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("sign in first")
        self.fields = fields


class FormOutdated(Exception):
    """A form is of an earlier session of this browser, so its sender has to confirm it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("the form is of an earlier session")
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form that this visitor was shown."""

    path: str
    fields: Mapping[str, str]
    once: str
    """What the form was given when it was shown."""

    def text(self, name: str) -> str:
        """Return a field, or an empty text."""
        return self.fields.get(name, "")

    def key(self, user_id: UserId) -> IdempotencyKey:
        """Return what makes the form safe to send twice.

        The same fields sent twice are one act. Other fields, after the back button, are another.
        What the form was given is one of the fields. Its text may be anything, so only its hash is
        kept.
        """
        said = "\0".join(f"{name}\0{text}" for name, text in sorted(self.fields.items()))
        fingerprint = hashlib.sha256(f"{self.path}\0{said}".encode()).hexdigest()
        return IdempotencyKey(
            user_id=user_id,
            scope=f"form {self.path}",
            key=f"form-{fingerprint}",
            fingerprint=fingerprint,
        )


async def form_of(request: AnyRequest, sent: Sent, page: ThePage) -> Form:
    """Return the form that a request sends, once there is a page to answer a wrong one with.

    Raises FormOutdated, and SignInNeeded if the page is for those who are signed in.
    """
    rest = without_own(sent)
    for_users = "user" in request.route_handler.parsed_fn_signature.parameters
    if for_users and not isinstance(page.visitor, SignedInVisitor):
        raise SignInNeeded(_to_keep(rest))
    own = page.visitor.form_token
    if not hmac.compare_digest(sent.get(_TOKEN, "").encode(), own.encode()):
        raise FormOutdated(_to_keep(rest))
    return Form(request.url.path, rest, sent.get(_ONCE, "")[:64])


async def user_of(sent: Sent, page: ThePage) -> SignedInVisitor:
    """Return the visitor. Raises SignInNeeded with the form that would be lost otherwise."""
    if not isinstance(page.visitor, SignedInVisitor):
        raise SignInNeeded(_to_keep(without_own(sent)))
    return page.visitor


_SENDER, _MOST_TEXT = "takes_files_of", "most_text_with_files"


def takes_files(role: Role, *, most_text: int = MOST_FORM) -> dict[str, object]:
    """Return the `opt` of a page whose form has files, from those who have a role.

    It has at most so many characters besides.
    """
    return {_SENDER: role, _MOST_TEXT: most_text}


async def sent_by(request: AnyRequest, visitor: Anybody) -> Mapping[str, str]:
    """Return the fields of the form in a request, or none.

    Files are for those who may send some, and those of others are not kept. Raises ClientException
    if the body is none, and PermissionDeniedException if another site sent it.
    """
    if request.method != "POST":
        return {}
    _refuse_other_sites(request)
    opt = request.route_handler.opt
    if (role := opt.get(_SENDER)) is None:
        return await submitted(request)
    if visitor.has(role):
        return await submitted(request, most_with_files=opt[_MOST_TEXT])
    kind, given = request.content_type
    if kind == "multipart/form-data":
        texts = await texts_beside_files(given.get("boundary", ""), request.stream(), MOST_FORM)
        refuse_nul(texts)
        return texts
    length = request.headers.get("content-length", "")
    is_short = length.isdecimal() and int(length) <= MOST_FORM
    return await submitted(request) if is_short else {}


def without_own(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields but the one that tells whose form it is.

    What tells a double click is kept, so that a form is sent once, before signing in or after it.
    """
    return {name: text for name, text in fields.items() if name != _TOKEN}


def _to_keep(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that may be shown on another page. Passwords are typed again."""
    return {name: text for name, text in fields.items() if name not in _SECRET}


def local_path(text: str) -> str:
    """Return a path of this server, or the market's. A link must not lead to another site."""
    is_local = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return quote(text, safe=punctuation) if is_local and text.isprintable() else "/"


def _refuse_other_sites(request: AnyRequest) -> None:
    """Raise PermissionDeniedException if a page of another site sent the form."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_foreign = site not in {"same-origin", "none"}
    else:  # an old browser
        origin = request.headers.get("origin", "")
        here = request.headers.get("host", "").lower()
        is_foreign = bool(origin) and _host_of(origin) != here
    if is_foreign:
        raise PermissionDeniedException("a page of another site sent this form")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # such as "http://["
        return "none"


TheForm: TypeAlias = NamedDependency[SkipValidation[Form]]
"""The parameter `form` of a handler that takes one."""
