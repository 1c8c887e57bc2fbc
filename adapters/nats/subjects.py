"""The subjects of NATS that an exchange uses. All begin with its prefix."""


def shard_subject(prefix: str, shard: int, epoch: int) -> str:
    """Return the subject for commands to the engine of a shard.

    The epoch is that of the shard's lease, so no command reaches an engine that has lost it.
    """
    return f"{prefix}.matching.{shard}.{epoch}"
