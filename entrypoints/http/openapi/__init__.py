"""The OpenAPI document of the API, and its reference as a page."""
