"""The nightly run: look at upstream, apply the queue, name culprits, report, and push what changed."""
