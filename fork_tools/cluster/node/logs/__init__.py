"""Container logs: one file for each run of a container, and the kubelet's endpoint that serves them."""
