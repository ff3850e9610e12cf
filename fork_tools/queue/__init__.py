"""The patch queue: steps, how each fares on a release of upstream, and the tree that comes out."""
