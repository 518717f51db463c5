"""A stranger's text: each rule by example, the corpus of hostile strings, and every character there is."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from tms_tui.domain.links import Link, links
from tms_tui.domain.text import EMPTY, CleanText, clean, clean_line, for_clipboard, tampering

CORPUS: list[dict[str, str]] = json.loads((Path(__file__).parents[1] / "hostile-text.json").read_text("utf-8"))
TEXTS = {row["name"]: row["text"] for row in CORPUS}

OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""What a terminal or a bidi algorithm obeys, written down apart from the product's own tables."""

TAMPERED_KINDS = {
    *("apc", "bidi", "c0", "c1", "csi-cursor", "csi-erase", "csi-mode", "csi-report", "csi-sgr", "dcs", "esc"),
    *("osc-misc", "osc-title", "osc52", "osc8", "paste"),
}
HARMLESS_IN_TAMPERED_KINDS = {
    *("arabic-legitimate", "visible-caret-form", "carriage-return-overwrite", "tab-flood"),
    *("paste-cr-submits", "slash-command"),
}
LEGITIMATE_KINDS = {"homoglyph", "long", "markdown", "markup", "sink", "spoof-ui", "url", "width"}
TAMPERED_IN_LEGITIMATE_KINDS = {"path-traversal-filename", "tag-flag"}
BLANK = {"spaces-10k", "tab-flood", "whitespace-only-message", "hangul-jamo-fillers"}

BURMESE_REDUCE = "\u101c\u103b\u103e\u1031\u102c\u1037"
DEVANAGARI_KSHA = "\u0915\u094d\u200d\u0937\u093f"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
HEART_ON_FIRE = "\u2764\ufe0f\u200d\U0001f525"
KISS = "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3fb"
PERSIAN_I_WANT = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
SINHALA_SHRI = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"


def corpus(kinds: set[str], *, but: set[str]) -> list[str]:
    """Names of the rows of these kinds, without the exceptions, each of which the corpus must have."""
    assert but <= TEXTS.keys()
    return [row["name"] for row in CORPUS if row["kind"] in kinds and row["name"] not in but]


# The corpus


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_in_the_corpus_reaches_the_terminal_as_an_order(name: str) -> None:
    for cleaned in (clean(TEXTS[name]), clean_line(TEXTS[name])):
        assert not OBEYED.search(cleaned)
    assert "\n" not in clean_line(TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_in_the_corpus_vanishes(name: str) -> None:
    cleaned = clean(TEXTS[name])
    assert (cleaned == EMPTY) == (name in BLANK)
    if name not in BLANK:
        printable = [character for character in TEXTS[name] if "!" <= character <= "~"]
        assert [character for character in cleaned if "!" <= character <= "~"] == printable


@pytest.mark.parametrize("name", corpus(LEGITIMATE_KINDS, but=TAMPERED_IN_LEGITIMATE_KINDS | {"spaces-10k"}))
def test_legitimate_text_of_the_corpus_stays_as_it_is(name: str) -> None:
    assert clean(TEXTS[name]) == TEXTS[name]
    assert tampering(TEXTS[name]) == 0


@pytest.mark.parametrize("name", corpus(TAMPERED_KINDS, but=HARMLESS_IN_TAMPERED_KINDS))
def test_an_attack_of_the_corpus_is_counted(name: str) -> None:
    assert OBEYED.search(TEXTS[name])
    assert tampering(TEXTS[name]) > 0


# Every character there is


@pytest.fixture(scope="module")
def every_character() -> str:
    return "".join(map(chr, range(0x110000)))


@pytest.fixture(scope="module")
def written(every_character: str) -> set[str]:
    """What cleaning makes of every character, each beside a letter."""
    return set(clean("x".join(every_character)))


def test_no_character_slips_through_alone(every_character: str, written: set[str]) -> None:
    never_written = set(OBEYED.findall(every_character)) | {
        character
        for character in every_character
        if ord(character) & 0xFFFE == 0xFFFE or "\U000e0000" <= character <= "\U000e0fff" or character in "\u3164\uffa0"
    }
    assert len(never_written) > 6000
    assert not written & never_written


def test_every_character_that_draws_is_kept(every_character: str, written: set[str]) -> None:
    drops = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
    draws = {character for character in every_character if unicodedata.category(character) not in drops}
    draws -= set("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u034f")
    draws -= {character for character in draws if "VARIATION SELECTOR" in unicodedata.name(character, "")}
    assert len(draws) > 135_000
    assert draws <= written


# Line ends, tabs, controls


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_every_line_end_becomes_a_line_feed(end: str) -> None:
    raw = f"first{end}second"
    assert clean(raw) == "first\nsecond"
    assert clean_line(raw) == "first\u21b5second"
    assert tampering(raw) == 0


def test_a_blank_line_stays_a_line() -> None:
    assert clean("a\r\n\r\nb\n\rc") == "a\n\nb\n\nc"


def test_a_tab_becomes_four_spaces() -> None:
    assert clean("item\t2") == "item    2"
    assert tampering("item\t2") == 0


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[2J", "\u241b[2J"),
        ("a\x00b", "a\u2400b"),
        ("a\x0bb\x0cc", "a\u240bb\u240cc"),
        ("\x7f", "\u2421"),
        ("\x9b2J", "\ufffd2J"),
        ("A\ud800B", "A\ufffdB"),
        ("\udc00\ud83d", "\ufffd\ufffd"),
        ("A\ufffe\ufdd0\U0010ffffB", "A\ufffd\ufffd\ufffdB"),
    ],
)
def test_a_control_is_shown_and_counted(raw: str, shown: str) -> None:
    assert clean(raw) == shown
    assert tampering(raw) == sum(shown.count(sign) for sign in "\u2400\u240b\u240c\u241b\u2421\ufffd")


# Direction and hidden characters


@pytest.mark.parametrize("control", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_direction_control_is_dropped_and_counted(control: str) -> None:
    raw = f"invoice_{control}fdp.exe{control}"
    assert clean(raw) == "invoice_fdp.exe"
    assert tampering(raw) == 2


@pytest.mark.parametrize(
    "hidden",
    [
        *"\u200b\u2060\ufeff\u00ad\u180e\u2061\u2064\u2065\u206a\u206f\ufff9\ufffb\u115f\u1160\u3164\uffa0\u17b4\u034f",
        *("\ufff0", "\ufff8", "\U000e0061", "\U000e0100", "\U000e01ef", "\U0001d173", "\U00013430", "\U0001343f"),
    ],
)
def test_a_hidden_character_is_dropped_and_counted(hidden: str) -> None:
    assert clean(f"pass{hidden}word") == "password"
    assert clean(hidden) == EMPTY
    assert tampering(f"{hidden}pass{hidden}word") == 2


@pytest.mark.parametrize(
    "text",
    [
        *(
            "\u0645\u0631\u062d\u0628\u0627\u060c 1234",
            "\u05e9\u05c1\u05dc\u05d5\u05dd",
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
        ),
        *(
            "\u0628\u0650\u0633\u0652\u0645\u0650",
            "\u179f\u17d2\u178f\u17d2\u179a\u17b8",
            "\ud55c\uae00",
            "\u1112\u1161\u11ab",
        ),
        *(BURMESE_REDUCE, DEVANAGARI_KSHA, PERSIAN_I_WANT, SINHALA_SHRI, "\u06dd\u0661", "\u0600\u0661"),
        *("Vie\u0323\u0302t Nam", "\u0418\u0306", "stra\u00dfe", "\u6f22\u5b57\u3002", "\u304b\u3099"),
        *(
            FAMILY,
            HEART_ON_FIRE,
            KISS,
            "\U0001f1e9\U0001f1ea",
            "\u270c\ufe0e\u270c\ufe0f",
            "#\ufe0f\u20e31\ufe0f\u20e3",
        ),
        *(
            "\U0001f3f3\ufe0f\u200d\U0001f308",
            "\u2229\ufe00",
            "\u845b\ufe00",
            "\u1820\u180b",
            "\u1820\u180f",
            "\U0001fae8",
        ),
    ],
)
def test_legitimate_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert clean(text) == text
    assert clean_line(text) == text
    assert tampering(text) == 0


@pytest.mark.parametrize("private", ["\ue0b0", "\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"])
def test_what_only_a_font_knows_is_pictured_for_it_may_draw_our_own_signs(private: str) -> None:
    assert clean(f"a{private}b") == clean_line(f"a{private}b") == "a\ufffdb"
    assert clean(private) == "\ufffd"
    assert tampering(private) == 0


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\u200db\u200cc", "abc"),
        ("1\u200d2", "12"),
        ("\u200d\U0001f468", "\U0001f468"),
        ("\u0645\u200c\u200c\u200d\u062e", "\u0645\u200c\u062e"),
        ("\u0661\u200c\u0662", "\u0661\u0662"),
        ("a\ufe0fb\ufe00", "ab"),
        ("\u2764\ufe0f\ufe0f\ufe0e", "\u2764\ufe0f"),
        ("a\u180bb\u180f", "ab"),
    ],
)
def test_joiners_and_selectors_stay_only_where_they_mean_something(raw: str, shown: str) -> None:
    assert clean(raw) == shown
    assert tampering(raw) == len(raw) - len(shown)


def test_at_most_eight_joiners_tie_one_grapheme() -> None:
    man = "\U0001f468"
    assert clean("\u200d".join([man] * 9)) == "\u200d".join([man] * 9)
    assert clean("\u200d".join([man] * 12)) == "\u200d".join([man] * 9) + "\u200d".join([man] * 3)
    assert tampering("\u200d".join([man] * 12)) == 1


@pytest.mark.parametrize(
    "nothing", ["", " ", "\n\n", "\t", "\u00a0\u3000\u2003", "\u200b\u202e", "\u2800", "\ufe0f\u200d"]
)
def test_a_text_with_nothing_to_see_says_so(nothing: str) -> None:
    assert clean(nothing) == EMPTY
    assert clean_line(nothing) == ""


# Combining marks


def test_at_most_four_marks_stand_on_one_base() -> None:
    raw = "h" + "\u0300" * 9 + "e\u0316"
    assert clean(raw) == "h" + "\u0300" * 4 + "e\u0316"
    assert tampering(raw) == 5


def test_a_joiner_between_marks_starts_no_new_stack() -> None:
    raw = "\u0628" + "\u064e\u200d" * 6
    assert clean(raw).count("\u064e") == 4


@pytest.mark.parametrize(
    ("base", "mark"),
    [("\u0915", "\u093e"), ("\uac00", "\u11a8"), ("\uac00", "\ud7b0"), ("\uac00", "\ud7fb"), ("a", "\u20dd")],
)
def test_marks_of_every_sort_pile_no_higher(base: str, mark: str) -> None:
    assert clean(base + mark * 9) == base + mark * 4
    assert tampering(base + mark * 9) == 5


@pytest.mark.parametrize("before", ["", "a\n", "\u202e"])
def test_a_leading_mark_gets_a_circle_to_stand_on(before: str) -> None:
    assert clean(f"{before}\u0301") == clean(f"{before}\u25cc\u0301")
    assert clean(f"{before}\u0301").endswith("\u25cc\u0301")


# One line


def test_a_line_that_is_too_long_ends_in_an_ellipsis() -> None:
    assert clean_line("x" * 200) == "x" * 200
    assert clean_line("x" * 201) == "x" * 199 + "\u2026"
    assert clean_line("Anna Berg", limit=6) == "Anna\u2026"
    assert clean_line("ab", limit=1) == "\u2026"


def test_blanks_around_a_line_go() -> None:
    assert clean_line(" \u0301Anna ") == "\u25cc\u0301Anna"
    assert clean_line("\n Anna\tBerg \r\n") == "Anna    Berg"


# Out of the console


def test_the_clipboard_gets_no_line_end_that_would_run_a_command() -> None:
    assert for_clipboard(clean("ls\nrm -r x\r\n\n")) == "ls\nrm -r x"


# Links


def found(raw: str) -> list[Link]:
    return links(clean(raw))


@pytest.mark.parametrize(
    ("raw", "written", "url", "host"),
    [
        (
            "see https://example.com/a?b=1#c.",
            "https://example.com/a?b=1#c",
            "https://example.com/a?b=1#c",
            "example.com",
        ),
        ("(http://Example.com:8080/x)", "http://Example.com:8080/x", "http://example.com:8080/x", "example.com"),
        ("https://example.com/a_(b)!", "https://example.com/a_(b)", "https://example.com/a_(b)", "example.com"),
        ("https://example.com/@anna", "https://example.com/@anna", "https://example.com/@anna", "example.com"),
        (
            "https://example.com/\u00fc|x",
            "https://example.com/\u00fc|x",
            "https://example.com/%C3%BC%7Cx",
            "example.com",
        ),
        ("\u770bhttps://example.com\u3002", "https://example.com", "https://example.com", "example.com"),
        ("HTTPS://127.0.0.1/", "HTTPS://127.0.0.1/", "https://127.0.0.1/", "127.0.0.1"),
        ("http://[::1]/x", "http://[::1]/x", "http://[::1]/x", "[::1]"),
        (
            "write to mailto:Anna@Example.com, please",
            "mailto:Anna@Example.com",
            "mailto:Anna@example.com",
            "example.com",
        ),
    ],
)
def test_a_link_opens_what_is_written(raw: str, written: str, url: str, host: str) -> None:
    (link,) = found(raw)
    assert clean(raw)[link.start : link.end] == written
    assert (link.url, link.host, link.looks_like) == (url, host, None)


@pytest.mark.parametrize("written", ["https://xn--pypal-4ve.example/", "https://p\u0430ypal.example/"])
def test_a_foreign_host_shows_both_its_faces(written: str) -> None:
    (link,) = found(written)
    assert link.url == "https://xn--pypal-4ve.example/"
    assert link.host == "xn--pypal-4ve.example"
    assert link.looks_like == "p\u0430ypal.example"


@pytest.mark.parametrize(
    "raw",
    [
        *("https://bank.example@evil.example/login", "https://user:secret@evil.example/"),
        *(
            "https://evil.example\\@bank.example/",
            "https://bank\u2024example.evil.example",
            "https://\uff45vil.example",
        ),
        *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://1.2.3/"),
        *(
            "https://xn--google-.com/",
            "https://xn--a.example",
            "https://xn--99999999999.example",
            "https://xn--\u00fc.example",
            "https://xn---r8jz45g.example",
            "https://bank.example\u2215x.evil.example",
        ),
        *("https://evil.example\x1b\\https://bank.example", "https://bank.example/\x07x", "https://a..example"),
        *(
            "mailto:a@b.example?attach=/etc/passwd",
            "mailto:a@b@c.example",
            "http\u017f://a.example",
            "mailto:\u212aate@b.example",
            "https://-a.example",
            "https://",
        ),
        *(
            "ftp://example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ssh://-oProxyCommand=x/",
            "shttps://a.example",
        ),
        *("data:text/html;base64,PHNjcmlwdD4=", "https://\u1d5d.example", "https://" + "a" * 64 + ".example"),
        *("https://" + "a." * 130 + "example", "https://example.com/" + "x" * 2048, "https://example.com:x/"),
    ],
)
def test_an_address_that_is_not_what_it_seems_is_no_link(raw: str) -> None:
    assert found(raw) == []


@pytest.mark.parametrize("blank", "\t\n\u00a0\u2003\u202f\u205f\u3000")
def test_a_link_ends_at_a_blank_of_any_sort(blank: str) -> None:
    (link,) = found(f"https://a.example/x{blank}y")
    assert link.url == "https://a.example/x"


def test_several_links_stand_in_order() -> None:
    assert [link.host for link in found("http://a.example http://b@c.example\nhttp://d.example")] == [
        "a.example",
        "d.example",
    ]


def test_text_that_says_nothing_about_addresses_has_no_links() -> None:
    assert links(CleanText("no address: none")) == []
    assert links(EMPTY) == []
