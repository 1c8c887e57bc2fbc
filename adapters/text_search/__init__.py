"""Full-text search for adapters whose technology has none: typos and facets."""
