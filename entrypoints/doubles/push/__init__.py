"""A double of the services that push messages: to browsers, and to topics as ntfy does."""
