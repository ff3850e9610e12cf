"""The reference of the controller's flags and metrics, generated from the controller itself."""
