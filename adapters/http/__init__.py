"""Requests to servers of others over HTTP."""
