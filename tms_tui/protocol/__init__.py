"""How it is spelt: text to domain values and back."""
