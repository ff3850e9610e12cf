"""The standalone MXJob controller: runs in a cluster, beside a Training Operator or without one."""
