"""What a controller's service account may do: gained, lost, and dangerous."""
