"""Lets `python -m fork_tools` stand in for `mxfork`."""

from fork_tools.cli import main

main()
