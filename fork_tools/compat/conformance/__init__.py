"""Does a controller do what v1.8.1 did? Scenarios are played on a cluster, and compared with what was recorded."""
