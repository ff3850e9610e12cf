"""`mxfork`: the tooling that keeps a fork of MXJob alive."""
