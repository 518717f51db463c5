"""Where a setting comes from, and what is said when one cannot be used."""

from pathlib import Path

import pytest

from tms_tui.settings import Settings, SettingsError, declared, load, variable


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
