"""The screens of the Textual face."""
