"""A simulated market in one Python object, without a server, for notebooks and experiments."""
