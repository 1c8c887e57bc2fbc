"""solebook: a sneaker exchange where every pair is authenticated before it reaches the buyer."""

__version__ = "0.1.0"
