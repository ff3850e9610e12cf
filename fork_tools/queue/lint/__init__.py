"""What can be said of a queue by reading its files, without any upstream."""
