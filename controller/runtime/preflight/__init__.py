"""What is looked at once, before the work begins: trouble that would otherwise show late, or as somebody else's."""
