"""The project: one folder with a video's runs and a person's decisions."""

from core.project.changes import (
    ChooseRun,
    SetDecisions,
    SetHandover,
    SetRange,
    SetSelection,
    SetThresholds,
)
from core.project.handover import CloudPlace, Handover, ScheduledRun, Selection
from core.project.project import Project, is_project, new_run_id
from core.project.records import Run, VideoRecord

__all__ = [
    "ChooseRun",
    "CloudPlace",
    "Handover",
    "Project",
    "Run",
    "ScheduledRun",
    "Selection",
    "SetDecisions",
    "SetHandover",
    "SetRange",
    "SetSelection",
    "SetThresholds",
    "VideoRecord",
    "is_project",
    "new_run_id",
]
