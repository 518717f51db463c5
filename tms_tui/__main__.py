"""Where the program begins: shows a first frame when the desk is wanted, then loads the command line."""

import gc
import sys


def main() -> None:
    """Run tms-chat with this process's arguments and exit."""
    from tms_tui import first_frame

    arguments = sys.argv[1:]
    frame = first_frame.FirstFrame() if first_frame.wanted(arguments) else None
    try:
        if frame is not None:
            _end_on_signals()
            gc.disable()  # What is loaded now stays: `start_desk` turns it on again.
        from tms_tui import cli

        code = cli.run(arguments, frame)
    except KeyboardInterrupt:
        code = 130
    finally:
        if frame is not None:
            frame.leave()
    sys.exit(code)


def _end_on_signals() -> None:
    """Until the desk minds them itself: leave by the door, so that the screen is given back."""
    import signal

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: sys.exit(128 + number))


if __name__ == "__main__":
    main()
