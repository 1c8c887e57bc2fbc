"""What URLs in the settings may be."""

from urllib.parse import parse_qsl, urlsplit

from ..ports.language import hosts


def is_here(url: str) -> bool:
    """Return whether a URL is on this machine."""
    return hosts.is_this_machine(urlsplit(url).hostname or "")


def is_near(url: str) -> bool:
    """Return whether a URL is on this machine, or on the private network of its containers."""
    return hosts.is_near(urlsplit(url).hostname or "")


def is_store_near(url: str) -> bool:
    """Return whether all hosts of a database are on this machine, or on a private network."""
    _, _, named = urlsplit(url).netloc.rpartition("@")
    options = dict(parse_qsl(url.partition("?")[2]))
    places = options.get("host", named).split(",")
    return all(host == "" or host.startswith("/") or is_near(f"//{host}") for host in places)


def check_store_url(url: str) -> None:
    """Raise ValueError unless a database of this kind can be the store."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("sqlite", "postgres", "postgresql"):
        raise ValueError("store.url must be a sqlite:// or postgresql:// URL")


def check_url(name: str, url: str) -> None:
    """Raise ValueError unless what is sent to a URL is not seen on the way."""
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and is_here(url)):
        raise ValueError(f"{name} must begin with https://, or be on this machine")
