"""What applying alone cannot show: builds and tests, lost paths, untrue generators, wrong rules, the team's checks."""
