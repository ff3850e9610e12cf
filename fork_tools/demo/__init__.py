"""The demonstration: a cluster, the controller and an example that trains, told as it happens and judged at the end."""
