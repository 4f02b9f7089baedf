"""What is read of finished labels, piece by piece."""

from core.errors import LabelsError
from core.importing.base import BoxList


class Collected:
    """Labeled frames, and the boxes in them."""

    def __init__(self) -> None:
        self.frames: dict[int, str] = {}
        """What each labeled frame is called in the labels."""
        self.boxes = BoxList()
        self.class_names: list[str] = []
        """By the ids in `boxes`."""
        self._other = ""

    @property
    def example(self) -> str:
        """Words about a picture that is of no frame; empty where there is none."""
        return f" (it has {self._other})" if self._other else ""

    def label(self, frame: int | None, name: str, *, again: bool = False) -> bool:
        """Note that a picture was labeled; gives whether it is of the video.

        Args:
            frame: Which, or None for a picture of something else.
            name: What the labels call it.
            again: Whether it may have been noted before.

        Raises:
            LabelsError: It was noted before.
        """
        if frame is None:
            self._other = self._other or name
            return False
        if frame in self.frames and not again:
            raise LabelsError(
                f"{self.frames[frame]} and {name} are both labels of frame {frame}",
                mend="give one of the two files alone",
            )
        self.frames.setdefault(frame, name)
        return True

    def class_id(self, name: str) -> int:
        """The id of a class in `boxes`."""
        if name not in self.class_names:
            self.class_names.append(name)
        return self.class_names.index(name)
