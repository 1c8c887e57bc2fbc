"""Pools of what is limited, such as connections and threads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How many places a pool has, how many are in use, and how many callers wait for one."""

    size: int
    used: int
    waiting: int
