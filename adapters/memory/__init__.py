"""Every store as plain Python objects, so that an exchange lives for one test or one simulation."""
