"""Actions on texts: copied, shown in a pager, written in an editor; the addresses in them opened."""

from functools import partial
from typing import TYPE_CHECKING

from tms_tui import wording
from tms_tui.core import finding, select
from tms_tui.domain.model import Session
from tms_tui.ui.port import Desk
from tms_tui.ui.widgets.choices import Choice
from tms_tui.ui.work import target_of
from tms_tui.wording import outside as words

if TYPE_CHECKING:
    from tms_tui.domain.links import Link


def copy_message(desk: Desk) -> None:
    """Copy the chosen message's words, nothing around them."""
    from tms_tui.wording.written import text_of

    text = text_of(desk.selected_entry)
    if text is None:
        desk.say(words.NOTHING_TO_COPY)
    else:
        desk.outside.copy(words.message(len(text)), text)


def copy_transcript(desk: Desk) -> None:
    """Copy the conversation, as much as a clipboard takes; what of that was not read yet is read first."""
    session = target_of(desk)
    if session is None:
        return
    if not _for_clipboard(desk, session)[1]:
        desk.say(words.NOTHING_TO_COPY)
        return
    desk.gather(session.id, lambda: _is_full(desk, session), partial(_copy_gathered, desk, session), words.gathering)


def _for_clipboard(desk: Desk, session: Session) -> tuple[list[str], list[str]]:
    """The newest parts of a transcript that a clipboard takes, and all that were read."""
    from tms_tui.ui.outside import COPY_MOST
    from tms_tui.wording.written import newest_that_fit, transcript

    parts = transcript(desk.state, session.id)
    return newest_that_fit(parts, COPY_MOST), parts


def _is_full(desk: Desk, session: Session) -> bool:
    taken, parts = _for_clipboard(desk, session)
    return len(taken) < len(parts)


def _copy_gathered(desk: Desk, session: Session) -> None:
    taken, parts = _for_clipboard(desk, session)
    held = select.transcript(desk.state, session.id)
    what = words.copied_messages(len(taken), len(parts), whole=held is not None and held.top_reached)
    desk.outside.copy(what, "\n".join(taken))


def page(desk: Desk) -> None:
    """Show the plain transcript in the agent's pager."""
    from tms_tui.ui.outside import page as paged
    from tms_tui.wording.written import transcript

    session = target_of(desk)
    if session is None:
        return
    held = select.transcript(desk.state, session.id)
    holder = select.holder_name(desk.state, session)
    head = ["  ".join(wording.chat_title(session, holder, desk.bridge.moment().wall)), ""]
    if held is None or not held.top_reached:
        head.append(words.OLDER_UNREAD)
    text = "\n".join([*head, *transcript(desk.state, session.id), ""])
    desk.outside.lend(partial(paged, text))


def compose(desk: Desk) -> None:
    """Write in the agent's editor what stands in the composer."""
    from tms_tui.ui.outside import edit

    written = desk.composing.written
    if written is None:
        desk.refuse(words.NOTHING_OPEN)
        return
    session, private, text = written
    desk.write(session, private=private)

    async def edited() -> str:
        outcome = await edit(text)
        if outcome.text is not None:
            desk.composing.rewrite(session, outcome.text, private=private)
        return outcome.said

    desk.outside.lend(edited)


def links(desk: Desk) -> None:
    """Number the addresses of the conversation, the newest first, and open one on request."""
    session = target_of(desk)
    if session is None:
        return
    found = finding.links_of(desk.state, session.id)
    if not found:
        desk.refuse(words.NO_LINKS)
        return
    by_url = {link.url: link for link in found}
    answers = [Choice(link.url, words.leads_to(link.host, link.looks_like), link.url) for link in found]
    desk.ask("Open which address?", answers, lambda url: _ask_to_open(desk, by_url[url]))


def _ask_to_open(desk: Desk, link: "Link") -> None:
    answers = [
        Choice("leave", "Leave it"),
        Choice("open", f"Open {link.host} in the browser"),
        Choice("copy", "Copy the address"),
    ]

    def chosen(answer: str) -> None:
        if answer == "open":
            desk.outside.browse(link.url, link.host)
        elif answer == "copy":
            desk.outside.copy("the address", link.url)

    desk.ask(words.open_question(link.url, link.host, link.looks_like), answers, chosen)
