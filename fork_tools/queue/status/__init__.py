"""The queue at a glance: each step's class on each release."""
