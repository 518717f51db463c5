"""The last announcement, until the next one."""

from tms_tui.ui.widgets.line import Line


class EventLine(Line):
    """Holds what was said last, so that it can be read again at any time."""

    DEFAULT_CSS = "EventLine { padding: 0 1; background: $surface; color: $foreground; }"
