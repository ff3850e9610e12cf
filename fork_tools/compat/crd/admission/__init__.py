"""What an API server makes of a custom resource: default, prune and validate by a structural schema."""
