"""Findings that a team accepts for a while: who answers for each, why, and until when."""
