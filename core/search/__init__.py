"""Product search: an index of the catalogue, with lowest asks and sales."""
