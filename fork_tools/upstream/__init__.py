"""What upstream releases, in which lanes, and what of it matters to MXJob."""
