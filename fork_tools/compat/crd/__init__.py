"""Compare two CustomResourceDefinitions: what breaks for writers, readers and stored objects, and a witness for it."""
