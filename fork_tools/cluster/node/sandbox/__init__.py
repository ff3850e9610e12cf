"""The process in which pods live: it owns their namespaces, and ends them all when it ends."""
