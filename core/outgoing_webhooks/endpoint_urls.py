"""The URLs that an endpoint may have."""

import re
from urllib.parse import urlsplit

from ...ports.language.errors import InvalidText
from ...ports.language.text import MAX_URL

_PRINTABLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_PORTS = (443, 8443)


def check_endpoint_url(url: str, *, anywhere: bool) -> str:
    """Return the URL of an endpoint. Raises InvalidText.

    `anywhere` allows plain HTTP and any port. Where its host is, the sender finds out.
    """
    if len(url) > MAX_URL or not _PRINTABLE.fullmatch(url):
        raise InvalidText(field="url", problem="is too long, or has characters that a URL has not")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidText(field="url", problem="is no URL") from error
    schemes = ("https", "http") if anywhere else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise InvalidText(field="url", problem="must begin with https:// and have a host")
    if "@" in parts.netloc or "#" in url or "\\" in url:
        raise InvalidText(field="url", problem="must have no user, fragment or backslash")
    if not anywhere and port not in (None, *_PORTS):
        raise InvalidText(field="url", problem="must have the port 443 or 8443")
    return url
