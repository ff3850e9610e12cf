"""What to do about a job. Pure: what was observed, and the time, become a plan."""
