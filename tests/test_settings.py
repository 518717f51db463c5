"""Where a setting comes from, and what is said when one cannot be used."""

import codecs
from pathlib import Path

import pytest

from tms_tui import config_file
from tms_tui.config_commands import template
from tms_tui.setting_values import is_quiet
from tms_tui.settings import Settings, SettingsError, declared, load, load_with_origins, variable


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def problem(file: Path) -> str:
    with pytest.raises(SettingsError) as error:
        load({}, {}, file)
    [only] = error.value.problems
    return only


def test_without_any_source_the_defaults_stand(tmp_path: Path) -> None:
    assert load({}, {}, tmp_path / "none.toml") == Settings()


def test_flag_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    file = written(tmp_path, 'server = "https://file"\nemail = "file@x"\ntheme = "light"\n')
    environment = {"TMS_CHAT_SERVER": "https://environment", "TMS_CHAT_EMAIL": "environment@x"}
    settings = load({"server": "https://flag", "email": None}, environment, file)
    assert settings == Settings(server="https://flag", email="environment@x", theme="light")


def test_every_setting_but_tables_has_a_variable_and_help() -> None:
    for each in declared():
        assert variable(each.name) == f"TMS_CHAT_{each.name.upper()}"
        assert each.metadata["help"].endswith(".")
    assert "keys" not in {each.name for each in declared()}


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("TRUE", True), ("on", True), ("no", False), ("0", False)])
def test_switches_in_the_environment(text: str, expected: bool) -> None:
    assert load({}, {"TMS_CHAT_ASCII": text}, None).ascii is expected


def test_a_bad_switch_in_the_environment_is_named() -> None:
    with pytest.raises(SettingsError, match="TMS_CHAT_ASCII is 'maybe', but must be one of 1, true"):
        load({}, {"TMS_CHAT_ASCII": "maybe"}, None)


def test_lists_in_file_and_environment(tmp_path: Path) -> None:
    file = written(tmp_path, 'allow_cleartext = ["one.lan", "two.lan"]')
    assert load({}, {}, file).allow_cleartext == ("one.lan", "two.lan")
    assert load({}, {"TMS_CHAT_ALLOW_CLEARTEXT": "three.lan, four.lan"}, file).allow_cleartext == (
        "three.lan",
        "four.lan",
    )


def test_the_table_of_keys_passes_through(tmp_path: Path) -> None:
    file = written(tmp_path, '[keys]\nnext = "f8"\n')
    assert load({}, {}, file).keys == {"next": "f8"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('email = "a@b"\ntheem = "light"', "config.toml, line 2: unknown setting 'theem'. Did you mean 'theme'?"),
        ("\nascii = 1", "config.toml, line 2: ascii must be true or false."),
        ("server = 5", 'config.toml, line 1: server must be a text in quotes, like "...".'),
        ('theme = "pink"', "line 1: theme is 'pink', but must be one of dark, light, high-contrast, ansi."),
        ("allow_cleartext = 'x'", "line 1: allow_cleartext must be a list of texts"),
        ("keys = 'x'", "line 1: keys must be a table of texts."),
        ("email = [", "is not valid TOML"),
        ('password = "canary-7731"', "line 1: a secret does not belong in this file. Remove 'password'"),
    ],
)
def test_a_bad_file_is_said_with_place_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    said = problem(written(tmp_path, text))
    assert words in said
    assert str(tmp_path) in said
    assert "canary" not in said


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(codecs.BOM_UTF8 + b'theme = "light"\n')
    assert load({}, {}, file).theme == "light"
    config_file.remember(file, {"server": "https://x"}, "")
    assert load({}, {}, file) == Settings(server="https://x", theme="light")


@pytest.mark.parametrize("text", ["http://chat.lan", "chat.lan:8080", "chat.lan/desk", "anna@chat.lan", "a b", ","])
def test_a_host_that_could_never_match_is_refused(text: str) -> None:
    variable = {"TMS_CHAT_ALLOW_CLEARTEXT": text}
    if text == ",":
        assert load({}, variable, None).allow_cleartext == ()
        return
    with pytest.raises(SettingsError, match=r"^The environment variable TMS_CHAT_ALLOW_CLEARTEXT holds '"):
        load({}, variable, None)


def test_hosts_are_spelt_as_addresses_are() -> None:
    assert load({"allow_cleartext": ("Chat.LAN", "[2001:db8::1]")}, {}, None).allow_cleartext == (
        "chat.lan",
        "2001:db8::1",
    )


NONSENSE = {
    "theme": "pink",
    "ascii": "maybe",
    "reduced_motion": "2",
    "enter_sends": "?",
    "single_keys": "-",
    "bell": "ding",
    "title": "x",
    "first_answer_target": "-5",
    "quiet_hours": "25:00-07:00",
    "desktop": "osc1",
    "allow_cleartext": "http://x",
    "profile": "none",
    "email": "\udcff",
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_in_the_environment_is_named_as_that_variable(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load({}, {variable(name): NONSENSE[name]}, tmp_path / "none.toml")
    [problem] = error.value.problems
    assert problem.startswith(f"The environment variable {variable(name)}")


def test_every_setting_that_can_be_nonsense_is_tried() -> None:
    anything = {"server", "ca_file", "log"}  # looked at when the program starts: tests/test_cli.py
    assert {each.name for each in declared()} == NONSENSE.keys() | anything


def test_a_file_that_is_not_text_is_said(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b'server = "\xff"')
    assert "is not UTF-8 text (byte 10)" in problem(file)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert "cannot be read: Is a directory." in problem(tmp_path / "config.toml")


def test_all_problems_are_said_together(tmp_path: Path) -> None:
    file = written(tmp_path, "ascii = 1\nserver = 2\nnonsense = 3\n")
    with pytest.raises(SettingsError) as error:
        load({}, {"TMS_CHAT_REDUCED_MOTION": "?"}, file)
    assert len(error.value.problems) == 4


def test_a_profile_stands_over_the_file_and_under_environment_and_flags(tmp_path: Path) -> None:
    text = """server = "https://usual"
email = "ana@usual"
[profiles.work]
server = "https://work"
email = "ana@work"
allow_cleartext = ["work.lan"]
"""
    file = written(tmp_path, text)
    assert load({}, {}, file).server == "https://usual"
    work = load({"profile": "work"}, {"TMS_CHAT_EMAIL": "eva@work"}, file)
    assert (work.server, work.email, work.allow_cleartext) == ("https://work", "eva@work", ("work.lan",))
    assert load({}, {"TMS_CHAT_PROFILE": "work"}, file).email == "ana@work"
    assert load({"profile": "work", "server": "https://flag"}, {}, file).server == "https://flag"


def test_a_profile_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    file = written(tmp_path, "[profiles.work]\n[profiles.home]\n")
    with pytest.raises(SettingsError, match=r"no profile 'wrok' in .*config\.toml; it has work, home\."):
        load({"profile": "wrok"}, {}, file)


def test_where_each_value_came_from_is_known(tmp_path: Path) -> None:
    file = written(tmp_path, 'theme = "light"\n[attention]\n\nbell = false\n[profiles.work]\nserver = "https://work"\n')
    found = load_with_origins({"profile": "work"}, {"TMS_CHAT_EMAIL": "a@b"}, file)
    assert found.origins["theme"] == f"{file}, line 1"
    assert found.origins["bell"] == f"{file}, line 4"
    assert found.origins["server"] == f"{file}, line 6"
    assert found.origins["email"] == "the environment variable TMS_CHAT_EMAIL"
    assert found.origins["profile"] == "the flag --profile"
    assert "title" not in found.origins
    assert not found.settings.bell


def test_own_canned_responses_are_cleaned(tmp_path: Path) -> None:
    file = written(tmp_path, '[[canned]]\nshortcut = "hi"\ncontent = "Hello\\u001b[31m {{customer.name}}"\n')
    [hi] = load({}, {}, file).canned
    assert (hi.shortcut, hi.title) == ("hi", "hi")
    assert "\x1b" not in hi.content
    assert hi.content.endswith("{{customer.name}}")


def test_own_themes_can_be_chosen(tmp_path: Path) -> None:
    file = written(tmp_path, 'theme = "dusk"\n[themes.dusk]\nbackground = "#000000"\ndark = true\n')
    found = load({}, {}, file)
    assert found.theme == "dusk"
    assert found.themes["dusk"] == {"background": "#000000", "dark": True}
    with pytest.raises(SettingsError, match=r"--theme is 'dawn', but must be one of dark, .*ansi, dusk"):
        load({"theme": "dawn"}, {}, file)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[attention]\nbel = true", "line 2: unknown setting 'bel'. Did you mean 'bell'?"),
        ("bell = true", "line 1: 'bell' belongs into the table [attention]."),
        ('[attention]\nquiet_hours = "late"', 'line 2: quiet_hours must be two times of day, like "22:00-07:00".'),
        ("[attention]\nfirst_answer_target = -1", "line 2: first_answer_target must be a whole number, 0 or more."),
        ("[profiles.work]\nsevrer = 'x'", "line 2: unknown setting 'sevrer'. Did you mean 'server'?"),
        ("[profiles.work]\npassword = 'canary-1'", "line 2: a secret does not belong in this file."),
        ("[themes.dusk]\nacent = '#00ff00'", "line 2: unknown setting 'acent'. Did you mean 'accent'?"),
        ("[themes.dusk]\naccent = 'green'", 'line 2: accent must be a colour like "#82aaff".'),
        ("[themes.dusk]\ndark = 1", "line 2: dark must be true or false."),
        ("profiles = 1", "line 1: profiles must be a table of tables."),
        ("[[canned]]\nshortcut = 'x'", "line 1: canned must be written as [[canned]], each with shortcut, content"),
    ],
)
def test_a_mistake_in_a_table_is_said_with_line_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    said = problem(written(tmp_path, text))
    assert words in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        ("22:00-07:00", (23, 0), True),
        ("22:00-07:00", (6, 59), True),
        ("22:00-07:00", (7, 0), False),
        ("12:00-13:00", (12, 30), True),
        ("12:00-13:00", (11, 59), False),
        ("", (3, 0), False),
    ],
)
def test_quiet_hours_may_reach_over_midnight(hours: str, at: tuple[int, int], quiet: bool) -> None:
    assert is_quiet(hours, *at) is quiet


def test_the_file_to_begin_with_sets_nothing_and_names_everything(tmp_path: Path) -> None:
    file = written(tmp_path, template())
    assert load({}, {}, file) == Settings()
    uncommented = "\n".join(line.removeprefix("# ") for line in template().splitlines() if " = " in line or "[" in line)
    settings = load({}, {}, written(tmp_path, uncommented.replace("profile = ", "# ")))
    assert settings.keys
    assert settings.profiles
    assert settings.canned
    assert settings.themes
    for each in declared():
        assert f"# {each.name} = " in template()


def test_what_is_remembered_stands_before_every_table(tmp_path: Path) -> None:
    file = written(tmp_path, 'theme = "light"\n[keys]\nnext = "f8"\n')
    config_file.remember(file, {"server": 'https://a"b', "theme": "dark"}, "")
    settings = load({}, {}, file)
    assert (settings.server, settings.theme, settings.keys) == ('https://a"b', "light", {"next": "f8"})
    fresh = tmp_path / "new" / "config.toml"
    config_file.remember(fresh, {"server": "https://x"}, template())
    assert load({}, {}, fresh) == Settings(server="https://x")
    assert fresh.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_never_begun_anew(tmp_path: Path) -> None:
    file = written(tmp_path, "ascii = true\n")
    with pytest.raises(config_file.ConfigFileError, match="exists already and stays as it is"):
        config_file.begin(file, template())
    assert file.read_text() == "ascii = true\n"
