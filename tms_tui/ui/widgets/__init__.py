"""The widgets of the Textual face."""
