"""What is said about the clipboard, the pager, the editor and the browser."""

from typing import Final

from tms_tui.wording.times import plural
from tms_tui.wording.ways import Ways

NOTHING_TO_COPY: Final = "Nothing to copy: choose a message first."
NOTHING_OPEN: Final = "No conversation is open to write in."
NOT_LENT: Final = "This terminal cannot be given to another program."
NO_LINKS: Final = "No address in what was read of this conversation."
EDITED: Final = "The text is back from the editor, not sent yet."
UNCHANGED: Final = "The editor changed nothing."
EMPTIED: Final = "The editor left nothing: the composer is empty."
NO_BROWSER: Final = "No browser can be opened from here."
OPENING: Final = "Asked the browser to open {host}."
PRESS_A_KEY: Final = "Press a key to go back to the desk."
NO_SHELL: Final = "No shell started tms-chat, so there is nothing to go back to. Ctrl+Q quits."
OLDER_UNREAD: Final = "(Older messages were not read yet.)"


def hides(ways: Ways) -> str:
    """How a warning is put away that has been read."""
    return f"{ways.outward} hides this."


def copied(what: str, *, in_tmux: bool) -> str:
    """That something was sent to the clipboard, and that it may not have come there."""
    doubt = "In tmux this needs: set -s set-clipboard on" if in_tmux else "Some terminals ignore it."
    return f"Copied {what}. {doubt}"


def message(characters: int) -> str:
    """A message that was copied, and how long it is."""
    return f"the message, {plural(characters, 'character')}"


def gathering(read: int) -> str:
    """Older messages are being read, to be copied with the others."""
    return f"Reading the conversation to copy it: {read} messages so far."


def copied_messages(count: int, all_of_them: int, *, whole: bool) -> str:
    """What of a transcript was copied; `whole`: nothing older is left to read."""
    if count == all_of_them:
        as_far = "" if whole else " as far as it could be read"
        return f"the transcript{as_far}, {count} entr{'y' if count == 1 else 'ies'}"
    return f"the newest {count} of {all_of_them} entries; a clipboard takes no more"


def faulty(fault: str) -> str:
    """The desk failed while another program had the terminal; `fault` names the kind of error."""
    return f"The desk failed at that ({fault}): nothing was changed."


def not_started(program: str, variable: str, why: str) -> str:
    """That another program could not be run."""
    return f"{program} could not be started: {why}. Set ${variable} to a program that is installed."


def failed(program: str, code: int) -> str:
    """That an editor ended badly; nothing it did is used."""
    return f"{program} ended with an error ({code}): the text in the composer stays as it was."


def no_file(why: str) -> str:
    """The text could not be handed to the editor, or not be taken back."""
    return f"The text could not be given to the editor and back: {why}. The composer stays as it was."


def leads_to(host: str, looks_like: str | None) -> str:
    """Where an address really leads."""
    return f"{host}, but looks like {looks_like}" if looks_like else host


def open_question(url: str, host: str, looks_like: str | None) -> str:
    """Asked before an address is opened."""
    warning = f" It only looks like {looks_like}: do not trust it." if looks_like else ""
    return f"Open {url}? It leads to {host}.{warning}"
