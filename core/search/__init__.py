"""Finding products: what the catalogue and the market tell, kept in an index."""
