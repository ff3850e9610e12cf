"""What is looked at in a cluster before the controller is installed or upgraded there."""
