"""A stream of messages from a child process.

Work that holds Python's global lock for long moments, or fills all cores, cannot make the window
stutter from there, and a crash of a driver or of a pickle costs the work, not the window.
"""

import logging
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TypeVar

from core.errors import Cancelled, UserError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05

Request = TypeVar("Request")
Message = TypeVar("Message")


def stream_from_child(
    serve: Callable[[Request], Iterator[Message]],
    request: Request,
    cancelled: Callable[[], bool],
    *,
    died: UserError,
) -> Iterator[Message]:
    """Run a generator function in a child process, which ends with the iterator.

    Args:
        serve: A function of a module; gives the messages, none of which is None or an exception.
        request: Its argument.
        cancelled: Asked about 20 times a second.
        died: What to raise if the child dies.

    Raises:
        Cancelled: `cancelled` said so.
        UserError: As the child met it, or `died`.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(serve, request, sender), daemon=True)
    child.start()
    sender.close()
    try:
        yield from _messages(receiver, cancelled, died)
    finally:
        receiver.close()
        child.terminate()
        child.join()


def _messages(
    receiver: Connection, cancelled: Callable[[], bool], died: UserError
) -> Iterator[Message]:
    while True:
        while not receiver.poll(_POLL_SECONDS):
            if cancelled():
                raise Cancelled
        if cancelled():
            raise Cancelled
        try:
            message = receiver.recv()
        except (EOFError, OSError):  # OSError: it died in the middle of a message
            raise died from None
        if message is None:
            return
        if isinstance(message, Exception):
            raise message
        yield message


def _serve(
    serve: Callable[[Request], Iterator[Message]], request: Request, sender: Connection
) -> None:
    """The child: send messages, then None; an error takes the place of the rest."""
    if hasattr(os, "nice"):
        os.nice(19)  # the window comes first where cores are few
    try:
        for message in serve(request):
            sender.send(message)
        sender.send(None)
    except UserError as error:
        sender.send(error)
    except BrokenPipeError:
        log.info("nobody listens any more")
    except Exception as error:
        bug = RuntimeError(f"{type(error).__name__}: {error}")
        bug.add_note(traceback.format_exc())
        sender.send(bug)
