"""What follows from what: the rules."""
