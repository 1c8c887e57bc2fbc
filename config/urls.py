"""What URLs in the settings may be."""

from urllib.parse import urlsplit

from ..ports.language import hosts


def is_here(url: str) -> bool:
    """Return whether a URL is on this machine."""
    return hosts.is_this_machine(urlsplit(url).hostname or "")


def is_near(url: str) -> bool:
    """Return whether a URL is on this machine, or on the private network of its containers."""
    return hosts.is_near(urlsplit(url).hostname or "")


def check_url(name: str, url: str) -> None:
    """Raise ValueError unless what is sent to a URL is not seen on the way."""
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and is_here(url)):
        raise ValueError(f"{name} must begin with https://, or be on this machine")
