"""What services are served as to other programs over NATS."""

from ..adapters.nats.micro import MicroEndpoint, MicroReply, MicroService

__all__ = ["MicroEndpoint", "MicroReply", "MicroService"]
