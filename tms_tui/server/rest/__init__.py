"""The agents' HTTP routes, one module a subject."""
