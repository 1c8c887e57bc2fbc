"""What URLs in the settings may be."""

from urllib.parse import urlsplit


def is_here(url: str) -> bool:
    """Return whether a URL is on this machine."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def is_near(url: str) -> bool:
    """Return whether a URL is on this machine, or on the private network of its containers.

    The public name system has no name without a dot, so such a name is one of a private network.
    """
    host = urlsplit(url).hostname or ""
    return is_here(url) or (host != "" and not set(host) & {".", ":"})


def check_url(name: str, url: str) -> None:
    """Raise ValueError unless what is sent to a URL is not seen on the way."""
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and is_here(url)):
        raise ValueError(f"{name} must begin with https://, or be on this machine")
