"""Work done in a process of its own while this one goes on."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_all_start_methods, get_context
from typing import TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begins `work` in a forked process, which shares what is in memory; the function returned waits for what it gives.

    Where processes cannot be forked, the work is done when its result is asked for. Raises RuntimeError there when the
    process ended without a result.
    """
    if "fork" not in get_all_start_methods():
        return work
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        sender.send(work())
        sender.close()

    process = context.Process(target=run, daemon=True)
    process.start()
    sender.close()

    def result() -> T:
        try:
            found: T = receiver.recv()
        except EOFError as error:
            process.join()
            raise RuntimeError(f"a part of the training ended without a result (exit status {process.exitcode})") from error
        process.join()
        return found

    return result
