"""The MXJob CustomResourceDefinition, generated."""
