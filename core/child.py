"""A stream of messages from a child process, or one answer after another.

Work that holds Python's global lock for long moments, or fills all cores, cannot make the window
stutter from there, and a crash of a driver or of a pickle costs the work, not the window.
"""

import logging
import multiprocessing
import os
import pickle
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from core.errors import Cancelled, UserError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05

Request = TypeVar("Request")
Message = TypeVar("Message")
Given = TypeVar("Given")


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
        child.kill()  # unlike terminate(), this ends one that was suspended as well
        child.join()


class LastingChild(Generic[Given, Request, Message]):
    """A child process that answers one request after another; it starts with the first one.

    Not for use from several threads at a time.

    Args:
        answer: A function of a module; gives neither None nor an exception.
        given: Its first argument, sent to the child once.
        died: What to raise if the child dies.
    """

    def __init__(
        self,
        answer: Callable[[Given, Request], Message],
        given: Given,
        *,
        died: UserError,
    ) -> None:
        self._answer, self._given, self._died = answer, given, died
        self._running: tuple[BaseProcess, Connection] | None = None

    def ask(self, request: Request, cancelled: Callable[[], bool]) -> Message:
        """The answer to a request.

        Args:
            request: The second argument of `answer`.
            cancelled: Asked about 20 times a second.

        Raises:
            Cancelled: `cancelled` said so; the child is ended, and the next request starts another.
            UserError: As the child met it, or `died`.
        """
        try:
            try:
                pipe = self._pipe()
                pipe.send(request)
            except OSError:
                raise self._died from None
            message: Message = _next(pipe, cancelled, self._died)
        except BaseException as error:
            if error is self._died or not isinstance(error, UserError):
                self.close()
            raise
        return message

    def close(self) -> None:
        """End the child, whatever it does."""
        if self._running is None:
            return
        child, pipe = self._running
        self._running = None
        pipe.close()
        child.kill()
        child.join()

    def _pipe(self) -> Connection:
        if self._running is None:
            context = multiprocessing.get_context("spawn")
            own, other = context.Pipe()
            child = context.Process(target=_answer_all, args=(self._answer, other), daemon=True)
            child.start()
            other.close()
            self._running = child, own
            _send_whole(own, self._given)
        return self._running[1]


def _messages(
    receiver: Connection, cancelled: Callable[[], bool], died: UserError
) -> Iterator[Message]:
    while (message := _next(receiver, cancelled, died)) is not None:
        yield message


def _next(receiver: Connection, cancelled: Callable[[], bool], died: UserError) -> Any:
    """The child's next message; an error that it sends is raised."""
    while not receiver.poll(_POLL_SECONDS):
        if cancelled():
            raise Cancelled
    if cancelled():
        raise Cancelled
    try:
        message = receiver.recv()
    except (EOFError, OSError):  # OSError: it died in the middle of a message
        raise died from None
    if isinstance(message, Exception):
        raise message
    return message


def _serve(
    serve: Callable[[Request], Iterator[Message]], request: Request, sender: Connection
) -> None:
    """The child: send messages, then None; an error takes the place of the rest."""
    _give_way()
    try:
        for message in serve(request):
            sender.send(message)
        sender.send(None)
    except BrokenPipeError:
        log.info("nobody listens any more")
    except Exception as error:
        sender.send(_to_send(error))


def _send_whole(pipe: Connection, given: object) -> None:
    """Send an object; its arrays are not copied, which would hold Python's lock."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(given, protocol=5, buffer_callback=buffers.append)
    pipe.send((head, len(buffers)))
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def _receive_whole(pipe: Connection) -> Any:
    head, count = pipe.recv()
    buffers = [pipe.recv_bytes() for _ in range(count)]
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - our own parent's


def _answer_all(answer: Callable[[Given, Request], Message], pipe: Connection) -> None:
    """The child: one answer, or an error, for each request, until nobody asks any more."""
    _give_way()
    try:
        given: Given = _receive_whole(pipe)
    except (EOFError, OSError):
        return
    while True:
        try:
            request = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send(answer(given, request))
        except BrokenPipeError:
            return
        except Exception as error:
            pipe.send(_to_send(error))


def _give_way() -> None:
    if hasattr(os, "nice"):
        os.nice(19)  # the window comes first where cores are few


def _to_send(error: Exception) -> Exception:
    """The error as its parent can read it."""
    if isinstance(error, UserError):
        return error
    bug = RuntimeError(f"{type(error).__name__}: {error}")
    bug.add_note(traceback.format_exc())
    return bug
