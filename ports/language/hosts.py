"""Where a host is, as far as its name tells."""


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine.

    >>> is_this_machine("localhost"), is_this_machine("db.example.com")
    (True, False)
    """
    return host in ("127.0.0.1", "::1", "localhost")


def is_near(host: str) -> bool:
    """Return whether a host is this machine, or on the private network of its containers.

    The public name system has no name without a dot, so such a name is one of a private network.

    >>> is_near("typesense"), is_near("10.0.0.1"), is_near("fe80::1")
    (True, False, False)
    """
    return is_this_machine(host) or (host != "" and not set(host) & {".", ":"})
