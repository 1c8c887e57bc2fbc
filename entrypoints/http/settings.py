"""What a deployment may set about the HTTP server."""

from ...config.http import HttpSettings

__all__ = ["HttpSettings"]
