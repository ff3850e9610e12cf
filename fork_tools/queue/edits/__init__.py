"""Edits that a rewrite makes to one file's text, one file a sort; each is idempotent and says what it could not do."""
