"""Where the program begins: shows a first frame when the desk is wanted, then loads the command line."""

import sys


def main() -> None:
    """Run tms-chat with this process's arguments and exit."""
    from tms_tui import first_frame

    arguments = sys.argv[1:]
    frame = first_frame.FirstFrame() if first_frame.wanted(arguments) else None
    try:
        from tms_tui import cli

        code = cli.run(arguments, frame)
    finally:
        if frame is not None:
            frame.leave()
    sys.exit(code)


if __name__ == "__main__":
    main()
