"""`solebook admin`: what the people who run an exchange do, a file for each of their jobs."""
