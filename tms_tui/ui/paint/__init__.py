"""Entries to rows of cells: pure, no event loop."""
