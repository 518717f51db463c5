"""The Textual face."""

import os

if os.environ.get("TMS_CHAT_PAINT") != "stock":
    # Textual reads it once, when first imported. The engine hands on changes 120 times a second at most, and keys
    # come one by one: with a second pace behind the first, a message would wait for both.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
