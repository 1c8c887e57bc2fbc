"""A Typesense server for tests."""

from functools import partial

from servers.typesense_server import TypesenseServer

from .missing_server import require, running

__all__ = ["TypesenseServer", "require_typesense", "running_typesense"]

require_typesense = partial(require, TypesenseServer)
running_typesense = partial(running, TypesenseServer)
