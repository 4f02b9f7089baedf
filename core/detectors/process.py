"""The stream of detections from a child process.

Importing torch and running a network both hold Python's global lock for long moments; in a
process of their own they cannot make the window stutter, and a crash of a driver or of a pickle
costs the run, not the window.
"""

import logging
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

from core.detectors.stream import Chunk, DetectRequest, Message, Ready, stream_detections
from core.errors import Cancelled, DetectorError, UserError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05


def stream_in_process(request: DetectRequest, cancelled: Callable[[], bool]) -> Iterator[Message]:
    """Detect in a child process, which ends with the iterator.

    Args:
        request: What to detect.
        cancelled: Asked about 20 times a second.

    Raises:
        Cancelled: `cancelled` said so.
        UserError: As the child met it.
        DetectorError: The child died.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(request, sender), daemon=True)
    child.start()
    sender.close()
    try:
        yield from _messages(receiver, cancelled)
    finally:
        receiver.close()
        child.terminate()
        child.join()


def _messages(receiver: Connection, cancelled: Callable[[], bool]) -> Iterator[Message]:
    while True:
        while not receiver.poll(_POLL_SECONDS):
            if cancelled():
                raise Cancelled
        if cancelled():
            raise Cancelled
        try:
            message = receiver.recv()
        except (EOFError, OSError):  # OSError: it died in the middle of a message
            raise DetectorError(
                "The detector's process ended unexpectedly",
                mend="start again from where it stopped; the log may say why",
            ) from None
        if message is None:
            return
        if isinstance(message, Exception):
            raise message
        if isinstance(message, Ready | Chunk):
            yield message


def _serve(request: DetectRequest, sender: Connection) -> None:
    """The child: send messages, then None; an error takes the place of the rest."""
    if hasattr(os, "nice"):
        os.nice(19)  # the window comes first where cores are few
    try:
        for message in stream_detections(request):
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
