"""Whether a stack has borne what it was offered."""

from .load import PLACED, REFUSED, Answers, percentile
from .measured import Step

ACCEPTED_SHARE = 0.99
"""How much of what is offered a stack must accept to bear it."""
SLOWEST = 0.5
"""Seconds within which 99 of 100 accepted orders must be answered, as docs/slos.md says."""
BEHIND = 5.0
"""Seconds within which all trades must be confirmed after the last order, as docs/slos.md says."""


def judged(answers: Answers, offered: float, seconds: float, waited: float) -> Step:
    """Say whether a stack has borne what it was offered."""
    accepted = [answer.seconds for answer in answers.of(PLACED)]
    refused = len(answers.of(*REFUSED))
    p99 = percentile(accepted, 99)
    enough = len(accepted) >= ACCEPTED_SHARE * len(answers.all)
    return Step(
        offered=offered,
        seconds=seconds,
        accepted=len(accepted),
        refused=refused,
        failed=len(answers.all) - len(accepted) - refused,
        p50=percentile(accepted, 50),
        p99=p99,
        calm=waited,
        borne=enough and p99 <= SLOWEST and waited <= BEHIND,
    )
