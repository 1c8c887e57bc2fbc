"""The ports' other side: one folder per technology that fulfils them."""
