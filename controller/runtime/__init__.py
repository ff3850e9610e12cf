"""Touching the world: client, informers, work queue, workers, metrics, probes, process."""
