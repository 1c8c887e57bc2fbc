"""The dependencies that handlers get from the application."""

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from ....composition.application import Application
from ....core.operations.view_health import ViewHealth
from .rate_limiting import RequestLimits, SourceLimits

App: TypeAlias = NamedDependency[SkipValidation[Application]]
"""The parameter `application` of a handler."""

Limits: TypeAlias = NamedDependency[SkipValidation[SourceLimits]]
"""The parameter `credential_limits` of a handler."""

Requests: TypeAlias = NamedDependency[SkipValidation[RequestLimits]]
"""The parameter `request_limits` of a handler."""

TheHealth: TypeAlias = NamedDependency[SkipValidation[ViewHealth]]
"""The parameter `health` of a handler."""
