"""What the people who run the exchange do, over HTTP: every route asks for the admin role."""
