"""Plain HTML pages, without scripts and with nothing from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from litestar import MediaType, Response

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin: .6rem 0; }
input[type=checkbox] { margin-right: .4rem; }
input[type=password] { display: block; width: 100%; font: inherit; padding: .4rem; }
button { font: inherit; padding: .5rem 1rem; margin-top: .6rem; }
"""
_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(title: str, *parts: str, status: int = 200) -> Response[bytes]:
    """Return a page. Its `parts` are HTML, in which all text is escaped already."""
    html = (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta name='robots' content='noindex'>"
        f"<title>{escape(title)} - solebook</title><style>{_STYLE}</style>"
        f"<p>solebook</p><h1>{escape(title)}</h1>{''.join(parts)}"
    )
    return Response(
        html.encode(),
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Content-Security-Policy": _POLICY},
    )


def paragraph(text: str) -> str:
    """Return a paragraph of a page."""
    return f"<p>{escape(text)}</p>"


def link(path: str, text: str) -> str:
    """Return a paragraph with a link."""
    return f"<p><a href='{escape(path)}'>{escape(text)}</a></p>"


def form(action: str, *parts: str, token: str, button: str) -> str:
    """Return a form with the token of the link that led to it.

    Whoever follows a link only sees the form. Programs that look at the links in a mail follow
    them too, so nothing may change before somebody presses the button.
    """
    hidden = f"<input type='hidden' name='token' value='{escape(token)}'>"
    send = f"<button>{escape(button)}</button>"
    return f"<form method='post' action='{escape(action)}'>{hidden}{''.join(parts)}{send}</form>"
