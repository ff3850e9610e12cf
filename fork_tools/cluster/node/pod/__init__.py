"""What a pod means, as pure functions: its environment, volumes, commands, life cycle and status."""
