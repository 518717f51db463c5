"""Where the program begins: shows a first frame when the desk is wanted, then loads the command line."""

import gc
import sys

from tms_tui import streams


def main() -> None:
    """Run tms-chat with this process's arguments and exit."""
    streams.secure()
    try:
        code = streams.finished(_run(sys.argv[1:]))
    except streams.OutputLostError as error:
        code = streams.lost(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said in a line, and never with a value
        code = _crashed(error)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from tms_tui import first_frame

    frame = first_frame.FirstFrame() if first_frame.wanted(arguments) else None
    try:
        if frame is not None:
            _end_on_signals()
            gc.disable()  # What is loaded now stays: `start_desk` turns it on again.
        from tms_tui import cli

        return cli.run(arguments, frame)
    except KeyboardInterrupt:
        return 130
    finally:
        if frame is not None:
            frame.leave()


def _crashed(error: Exception) -> int:
    from tms_tui import wording

    sys.stderr.write(f"{wording.crashed(wording.fault(error))}\n")
    return 1


def _end_on_signals() -> None:
    """Until the desk minds them itself: leave by the door, so that the screen is given back."""
    import signal

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: sys.exit(128 + number))


if __name__ == "__main__":
    main()
