"""A whole market in one Python object, for notebooks and experiments, with no server."""
