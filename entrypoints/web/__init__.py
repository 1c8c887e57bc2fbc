"""Web pages: those to which the links in letters lead."""
