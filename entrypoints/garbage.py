"""How often Python looks for garbage in a process that serves."""

import gc

_THRESHOLDS = 10_000, 20, 100


def collect_rarely() -> None:
    """Spare what was built until now, and look at the rest less often.

    The collector looks for objects that refer to each other in circles. Each time that it looks at
    all of them everybody waits, for a tenth of a second and more: most stay for good, such as the
    routes and the statements. Whatever is in no circle, such as a quote, goes without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
