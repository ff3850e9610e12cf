"""What a check found, and the forms in which it is told. Knows no check."""
