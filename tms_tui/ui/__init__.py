"""The Textual face."""

import os

if os.environ.get("TMS_CHAT_PAINT") != "stock":
    # Textual reads it once, when first imported, and paints 60 times a second by default: with many messages
    # a second each then stands 8 ms longer unseen than at 120.
    os.environ.setdefault("TEXTUAL_FPS", "120")
