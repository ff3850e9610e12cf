"""The alerts, tried on made-up series with Prometheus' own promtool: `make alerts`."""
