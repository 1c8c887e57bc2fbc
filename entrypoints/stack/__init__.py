"""A whole deployment on one machine: servers, the processes of an exchange, and a screen."""
