"""The project: one folder with a video's runs and a person's decisions."""

from core.project.changes import ChooseRun, SetDecisions, SetRange, SetThresholds
from core.project.project import Project, is_project, new_run_id
from core.project.records import Run, VideoRecord

__all__ = [
    "ChooseRun",
    "Project",
    "Run",
    "SetDecisions",
    "SetRange",
    "SetThresholds",
    "VideoRecord",
    "is_project",
    "new_run_id",
]
