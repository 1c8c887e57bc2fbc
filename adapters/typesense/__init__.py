"""Adapters on Typesense: the search index."""
