"""Choosing from many things by typing a part of the name: every command, every canned response."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.message import Message
from textual.widgets import Input, OptionList, Static

from tms_tui.domain.folding import folded
from tms_tui.ui.bindings import bind
from tms_tui.ui.keys import ACTIONS, Action, key_names
from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.widgets.choices import Choice, Choices
from tms_tui.ui.widgets.field import Field

New = Callable[[str], Choice | None]
"""What is offered beside the choices for what was typed."""

Preview = Callable[[str], Content]
"""What is shown below of the choice that is marked."""


_MOVES: Final = (
    Binding("down", "move('down')", "Next"),
    Binding("up", "move('up')", "Previous"),
    Binding("pagedown", "move('page_down')", "Next page"),
    Binding("pageup", "move('page_up')", "Previous page"),
)


def commands(actions: Sequence[Action] = ACTIONS) -> list[Choice]:
    """Every action, with its sentence and its keys."""
    return [
        Choice(action.id, action.words.capitalize(), f"{action.help}  {', '.join(key_names(action))}")
        for action in actions
        if (action.by_name or not action.built_in) and action.id != "palette"
    ]


def matching(typed: str, choices: Sequence[Choice]) -> list[Choice]:
    """The choices that fit what was typed, the best first; all of them while nothing is typed.

    Letters may be left out of the words; in the detail, which is longer, all that was typed has to stand.
    """
    wanted = folded(typed.strip())
    if not wanted:
        return list(choices)
    matcher = Matcher(wanted)
    scored = [
        (1 + score if (score := matcher.match(folded(choice.words))) else wanted in folded(choice.detail), choice)
        for choice in choices
    ]
    return [choice for score, choice in sorted(scored, key=lambda one: one[0], reverse=True) if score]


class NameField(Field):
    """Where a part of the name is typed. Keys that move among the choices take their turn with letters and Enter."""

    class Moved(Message):
        """A move among the choices, by the name of the action."""

        def __init__(self, how: str) -> None:
            super().__init__()
            self.how = how

    def __init__(self) -> None:
        super().__init__(placeholder="Type a part of the name")
        bind(self, _MOVES)

    def action_move(self, how: str) -> None:
        """Go the way that Enter goes, which would be there first otherwise and choose what stood before."""
        self.post_message(self.Moved(how))


class Palette(Dialog[str | None]):
    """Gives the id of what was chosen, or None."""

    CSS = """
    Palette { align: center top; background: transparent; }
    Palette > Vertical {
        width: 100%; max-width: 100; height: 100%; max-height: 24; margin: 1 0; padding: 0 1;
        border: heavy $primary; background: $surface; color: $foreground;
    }
    Palette Input { border: none; height: 1; padding: 0; background: $panel; color: $foreground; }
    Palette #preview { height: auto; max-height: 9; border-top: solid $primary; }
    Palette #found { height: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Leave")]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        new: New | None = None,
        preview: Preview | None = None,
        instead: str = "",
    ) -> None:
        """`instead`: given back at once when it is typed before anything else."""
        super().__init__()
        self._instead = instead
        self._preview = preview
        self._title = title
        self._choices = choices
        self._new = new

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = Content(self._title)
            yield NameField()
            yield Static(id="found", markup=False)
            choices = Choices(self._choices)
            choices.can_focus = False
            yield choices
            if self._preview is not None:
                # Filled before the first layout: what comes while that is under way would get no room.
                first = self._preview(self._choices[0].id) if self._choices else ""
                yield Static(first, id="preview", markup=False)

    def on_mount(self) -> None:
        self._say_how_many(len(self._choices))

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._instead and event.value == self._instead:
            _ = self.dismiss(self._instead)
            return
        found = matching(event.value, self._choices)
        new = self._new(event.value) if self._new else None
        found += [new] if new else []
        self.query_one(Choices).offer(found)
        self._say_how_many(len(found))
        if not found:
            self._show_preview(None)

    def on_input_submitted(self) -> None:
        self.query_one(Choices).action_select()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show_preview(event.option_id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        _ = self.dismiss(event.option_id)

    def on_name_field_moved(self, event: NameField.Moved) -> None:
        """Move in the list while the focus stays where one types."""
        choices = self.query_one(Choices)
        match event.how:
            case "down":
                choices.action_cursor_down()
            case "up":
                choices.action_cursor_up()
            case "page_down":
                choices.page(1)
            case "page_up":
                choices.page(-1)
            case _:
                raise ValueError(event.how)
        choices.call_after_refresh(choices.point)

    def _show_preview(self, chosen: str | None) -> None:
        if self._preview is not None:
            self.query_one("#preview", Static).update(self._preview(chosen) if chosen is not None else "")

    def _say_how_many(self, count: int) -> None:
        is_begun = bool(self.query_one(Field).value)
        instead = f", {self._instead} writes {self._instead}" if self._instead and not is_begun else ""
        if count:
            words = f"{count} found. Up and Down move, Enter chooses{instead}, Esc leaves."
        else:
            words = f"{'Type a new one.' if self._new else 'Nothing fits.'} Esc leaves."
        self.query_one("#found", Static).update(words)
