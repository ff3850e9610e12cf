"""How fast the controller is, and what it costs, measured against a bare loop on the same control plane."""
