"""How it moves: opens, reads, writes, closes."""
