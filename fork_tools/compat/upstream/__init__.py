"""What changed between two upstream releases that an MXJob controller has to follow."""
