"""A browser without scripts: it keeps cookies, and sends the forms of the pages that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from ....served import PASSWORD


@dataclass
class ShownForm:
    """A form of a page, with what its fields hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[ShownForm] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append(ShownForm(given["action"], given.get("method", "get")))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif (
            tag == "input" and given.get("type") in ("checkbox", "radio") and "checked" not in given
        ):
            pass
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass
class Shown:
    """A page that the browser shows."""

    answer: httpx.Response
    forms: list[ShownForm]
    links: list[str]
    text: str

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    def link(self, part: str) -> str:
        """Return where the link leads that has this in its address."""
        [found] = [str(self.answer.url.join(link)) for link in self.links if part in link]
        return found

    def form(self, action: str) -> ShownForm:
        """Return the form that is sent to a path."""
        [found] = [form for form in self.forms if form.action == action]
        return found


class Browser:
    """One window."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.cookies = client.cookies

    async def opens(self, path: str) -> Shown:
        """Follow a link."""
        return _shown(await self._client.get(path, follow_redirects=True))

    async def sends(self, form: ShownForm, /, **typed: str) -> Shown:
        """Fill in a form and press its button."""
        return await self.sends_with({}, form, **typed)

    async def sends_with(self, headers: dict[str, str], form: ShownForm, /, **typed: str) -> Shown:
        """Send a form with headers that another page would cause."""
        fields = form.fields | typed
        is_get = form.method == "get"
        answer = await self._client.request(
            form.method,
            form.action,
            params=fields if is_get else None,
            data=None if is_get else fields,
            headers=headers,
            follow_redirects=True,
        )
        return _shown(answer)

    async def uploads(self, form: ShownForm, content: bytes, /, **typed: str) -> Shown:
        """Fill in a form that takes a file, and press its button."""
        answer = await self._client.post(
            form.action,
            data=form.fields | typed,
            files={"file": ("products.csv", content, "text/csv")},
            follow_redirects=True,
        )
        return _shown(answer)

    async def sends_files(self, form: ShownForm, files: Sequence[bytes], /, **typed: str) -> Shown:
        """Fill in a form, choose some photos and press its button."""
        chosen = [("photos", ("photo.jpg", content, "image/jpeg")) for content in files]
        answer = await self._client.post(
            form.action,
            data=form.fields | typed,
            # A browser sends an empty file if none is chosen.
            files=chosen or [("photos", ("", b"", "application/octet-stream"))],
            follow_redirects=True,
        )
        return _shown(answer)

    async def status(self, method: str, path: str, headers: dict[str, str] | None = None) -> int:
        """Return the status of a page, or of an empty form that is sent to it."""
        data = {"nothing": ""} if method == "POST" else None
        return (await self._client.request(method, path, data=data, headers=headers)).status_code

    async def signs_in(self, email: str, password: str = PASSWORD) -> Shown:
        """Sign in by the form."""
        page = await self.opens("/sign-in")
        return await self.sends(page.form("/sign-in"), email=email, password=password)


def _shown(answer: httpx.Response) -> Shown:
    parser = _Forms()
    parser.feed(answer.text)
    return Shown(answer, parser.forms, parser.links, " ".join(" ".join(parser.text).split()))
