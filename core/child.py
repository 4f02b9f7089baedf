"""A stream of messages from a child process, or one answer after another.

Work that holds Python's global lock for long moments, or fills all cores, cannot make the window
stutter from there, and a crash of a driver or of a pickle costs the work, not the window.
"""

import logging
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from core.errors import Cancelled, UserError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_LAST_SECONDS = 1.0
"""That a child which has closed its pipe is given to end."""

Request = TypeVar("Request")
Message = TypeVar("Message")
Given = TypeVar("Given")


@dataclass(frozen=True)
class _Meanwhile:
    """Told before the answer."""

    told: object


_asking: Connection | None = None
"""In a `LastingChild`'s process: to whom it answers."""


def give_way() -> None:
    """Let this process do its work when no other one wants the cores."""
    if hasattr(os, "nice"):
        os.nice(19)  # the window comes first where cores are few


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
        begin: A function of a module, called in the child before anything is imported for
            `given`.

    Attributes:
        exit_code: Of the last child that has died by itself; minus the signal that ended it.
    """

    def __init__(
        self,
        answer: Callable[[Given, Request], Message],
        given: Given,
        *,
        died: UserError,
        begin: Callable[[], None] = give_way,
    ) -> None:
        self._answer, self._given, self._died, self._begin = answer, given, died, begin
        self._running: tuple[BaseProcess, Connection] | None = None
        self.exit_code: int | None = None

    def ask(
        self,
        request: Request,
        cancelled: Callable[[], bool],
        on_told: Callable[[Any], None] = lambda told: None,
    ) -> Message:
        """The answer to a request.

        Args:
            request: The second argument of `answer`.
            cancelled: Asked about 20 times a second.
            on_told: Told what `answer` gives to `tell_asker` meanwhile.

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
            while isinstance(message := _next(pipe, cancelled, self._died), _Meanwhile):
                on_told(message.told)
        except BaseException as error:
            if error is self._died:
                self._bury()
            elif not isinstance(error, UserError):
                self.close()
            raise
        answer: Message = message
        return answer

    def close(self) -> None:
        """End the child, whatever it does."""
        if self._running is None:
            return
        child, pipe = self._running
        self._running = None
        pipe.close()
        child.kill()
        child.join()

    def _bury(self) -> None:
        """Close what has died, once it is known how."""
        if self._running is not None:
            child, _ = self._running
            child.join(_LAST_SECONDS)
            self.exit_code = child.exitcode
        self.close()

    def _pipe(self) -> Connection:
        if self._running is None:
            context = multiprocessing.get_context("spawn")
            own, other = context.Pipe()
            child = context.Process(
                target=_answer_all, args=(self._answer, other, self._begin), daemon=True
            )
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
    give_way()
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


def tell_asker(told: object) -> None:
    """In a `LastingChild`'s process: tell who waits for the answer something meanwhile.

    Not for use from several threads at a time.

    Raises:
        Cancelled: Nobody waits any more.
    """
    if _asking is None:
        raise RuntimeError("this process answers nobody")
    try:
        _asking.send(_Meanwhile(told))
    except OSError as error:
        raise Cancelled from error


def _answer_all(
    answer: Callable[[Given, Request], Message], pipe: Connection, begin: Callable[[], None]
) -> None:
    """The child: one answer, or an error, for each request, until nobody asks any more."""
    global _asking
    _asking = pipe
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who asks, and ends this, too
    begin()
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
        except (BrokenPipeError, Cancelled):
            return
        except Exception as error:
            pipe.send(_to_send(error))


def _to_send(error: Exception) -> Exception:
    """The error as its parent can read it."""
    if isinstance(error, UserError):
        return error
    bug = RuntimeError(f"{type(error).__name__}: {error}")
    bug.add_note(traceback.format_exc())
    return bug
