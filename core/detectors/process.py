"""The stream of detections from a child process."""

from collections.abc import Callable, Iterator

from core.child import stream_from_child
from core.detectors.stream import DetectRequest, Message, stream_detections
from core.errors import DetectorError


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
    died = DetectorError(
        "The detector's process ended unexpectedly",
        mend="start again from where it stopped; the log may say why",
    )
    return stream_from_child(stream_detections, request, cancelled, died=died)
