"""Jobs by the thousand, made up by Hypothesis, on a real API server."""
