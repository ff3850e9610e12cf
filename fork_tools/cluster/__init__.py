"""A local Kubernetes cluster without containers: a real control plane, and nodes that run pods as processes."""
