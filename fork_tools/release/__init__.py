"""Cutting a release of the fork: what it is called, what is in it, and what proves it."""
