"""Errors that a person can mend, and the sentence each one shows."""


class UserError(Exception):
    """A problem in what the person gave us: one sentence, and what to do about it.

    `str(error)` is the whole sentence, fit for a banner or for standard error.

    Args:
        problem: What was wrong, with the offending value; no final full stop.
        mend: What to do, in the imperative; no final full stop.
    """

    def __init__(self, problem: str, *, mend: str) -> None:
        super().__init__(problem, mend)
        self.problem = problem
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.problem}: {self.mend}."

    def __reduce__(self) -> tuple[object, ...]:
        # The keyword argument would be lost when a child process sends the error to its parent.
        return _rebuild, (type(self), self.problem, self.mend)


class VideoError(UserError):
    """A video that cannot be opened or read."""


class DamagedFrameError(VideoError):
    """Frames that no decoder can give, in a video that can be read otherwise."""


class DetectorError(UserError):
    """A detector that cannot be found, loaded or run."""


class OutOfMemoryError(DetectorError):
    """More pictures together than the device's memory holds."""


class DeviceFailedError(DetectorError):
    """A graphics device that stopped working; the processor may still do."""


class ChangedDetectorError(DetectorError):
    """An unfinished run that cannot be resumed, because its detector is not the same any more."""


class ProjectError(UserError):
    """A project folder that cannot be opened or written."""


class DamagedPartError(ProjectError):
    """A part of a long video that cannot be read; it must be detected again."""


class ProjectInUseError(ProjectError):
    """A project that another window or command works on."""


class MissingVideoError(ProjectError):
    """A project whose video is not where it was; `Project.relocate` mends it."""


class ChangedVideoError(ProjectError):
    """A project whose video has other content than before."""


class ImportedDetectionsError(UserError):
    """Detections of another program that cannot be read."""


class AssertionPluginError(UserError):
    """An assertion that somebody has installed does not work."""


class ExportError(UserError):
    """An export that cannot be written."""


class NothingToExportError(ExportError):
    """No frame or box is what is to be exported; nothing is wrong with that."""


class LabelsError(UserError):
    """Finished labels that cannot be read, or are of something else than was handed over."""


class SelectionError(UserError):
    """A wish for frames to label that cannot be met."""


class NothingToSelectError(SelectionError):
    """No frame can be chosen, because none passes; nothing is wrong with that."""


class CloudError(UserError):
    """Something in the cloud that is wrong, out of reach, or refused."""


class UnreachableError(CloudError):
    """A server that is out of reach or overloaded for now; trying again later may do."""


class SignInError(CloudError):
    """Credentials or a token that are missing, expired or refused."""


class BatchError(UserError):
    """A batch that cannot be begun or gone on with."""


class WorkerDiedError(BatchError):
    """A step of a batch that has ended its worker's process every time."""


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The person asked to stop; what was done until then is kept."""


def _rebuild(kind: type[UserError], problem: str, mend: str) -> UserError:
    return kind(problem, mend=mend)
