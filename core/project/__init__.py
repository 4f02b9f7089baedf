"""The project: one folder with a video's runs and a person's decisions."""

from core.project.changes import ChooseRun, SetThresholds, SetVerdicts
from core.project.project import Project, is_project, new_run_id
from core.project.records import Run, VideoRecord

__all__ = [
    "ChooseRun",
    "Project",
    "Run",
    "SetThresholds",
    "SetVerdicts",
    "VideoRecord",
    "is_project",
    "new_run_id",
]
