"""Letters worded by Jinja templates, and mail as files that any mail program opens."""
