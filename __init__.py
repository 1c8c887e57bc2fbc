"""solebook: a sneaker exchange where every pair is authenticated before it reaches the buyer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """Return `__version__` when it is asked for: to read it takes 30 ms."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("solebook")
        except PackageNotFoundError:  # the folder is on the path, and nothing installed it
            return "0.0.0"
