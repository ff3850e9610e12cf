"""Kubeflow's Python SDK against what this controller offers, and our own Python API between two versions."""
