"""Section G: the process, its terminal and its files. All of these are played at a real terminal by their tests."""

from typing import Final

from tests.matrix.catalogue import by_tests

PROCESS: Final = "tests/terminal/test_process.py"
INPUT: Final = "tests/terminal/test_input.py"

by_tests(
    81,
    "SIGTERM, SIGHUP, SIGQUIT",
    f"{PROCESS}::test_a_signal_ends_it_in_order",
    f"{PROCESS}::test_a_thread_that_never_ends_holds_nobody_up",
    starred=True,
)
by_tests(
    82,
    "the terminal vanishes while hang-ups are ignored",
    f"{PROCESS}::test_a_vanished_terminal_ends_it_even_when_hang_ups_are_ignored",
    starred=True,
)
by_tests(
    83,
    "stopped and continued, with a warning or without",
    "tests/terminal/test_stopping.py::test_the_desk_stands_again_as_it_was",
    f"{PROCESS}::test_stopped_without_warning_the_desk_stands_again",
)
by_tests(
    85,
    "Ctrl+C again and again, quitting with something unsent",
    f"{PROCESS}::test_ctrl_c_says_how_to_quit",
    "tests/ui/test_sending.py::test_quitting_with_something_unsent_asks",
)
by_tests(
    86,
    "three hundred resizes, absurd sizes",
    "tests/terminal/test_resizes.py",
    starred=True,
)
by_tests(
    87,
    "a megabyte pasted, many lines pasted",
    f"{INPUT}::test_a_megabyte_is_refused_with_its_length",
    f"{INPUT}::test_pasted_lines_are_never_sent",
    starred=True,
)
by_tests(88, "a paste that does not end", f"{INPUT}::test_a_paste_without_end_ends_by_itself")
by_tests(89, "invalid UTF-8 typed", f"{INPUT}::test_a_byte_that_is_no_text_becomes_a_replacement", starred=True)
by_tests(90, "a terminal's replies", f"{INPUT}::test_no_reply_of_a_terminal_reaches_the_composer", starred=True)
by_tests(91, "a terminal that reads nothing", "tests/terminal/test_unread_terminal.py")
by_tests(
    92,
    "no terminal worth the name, no locale, a tiny window",
    f"{PROCESS}::test_a_dumb_terminal_gets_lines_without_codes",
    f"{PROCESS}::test_no_locale_draws_no_garbage",
    "tests/terminal/test_program.py::test_the_line_face_over_a_pipe_writes_no_escape",
    "tests/terminal/test_resizes.py::test_a_tiny_window_shows_less_and_no_garbage",
)
by_tests(
    93,
    "a full disk, a home that takes no files",
    f"{PROCESS}::test_a_home_that_takes_no_files_costs_no_work",
    f"{PROCESS}::test_a_full_disk_costs_no_work",
    starred=True,
)
by_tests(
    94,
    "damaged files, two consoles on one outbox",
    "tests/engine/test_keep.py",
    "tests/terminal/test_kept_files.py",
)
by_tests(95, "keyrings that fail in every way", "tests/transport/test_passwords.py", starred=True)
by_tests(
    96,
    "a fault of the console's own",
    f"{PROCESS}::test_a_fault_of_its_own_is_one_plain_line",
    "tests/terminal/test_secrets.py::test_a_crash_shows_no_secret_and_gives_the_terminal_back",
    starred=True,
)
