"""The command line: one file a command, and `main`, which runs them."""

__all__ = ["main"]


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    try:
        from recognizer.commands.app import main as run
        from recognizer.starting import leave_out_layout_network

        leave_out_layout_network()
        run()
    except KeyboardInterrupt:  # Ctrl-C before a command has begun
        raise SystemExit(130) from None
