"""The rules at work: two definitions in, changes out. Pure."""
