"""The project: one folder with a video's runs and a person's decisions."""

from core.project.changes import (
    ChooseRun,
    SetDecisions,
    SetExporting,
    SetHandover,
    SetRange,
    SetRecalibration,
    SetSelecting,
    SetSelection,
    SetThresholds,
)
from core.project.handover import (
    CloudPlace,
    Handover,
    Round,
    ScheduledRun,
    Selecting,
    Selection,
)
from core.project.project import Project, is_project, new_run_id
from core.project.records import Run, VideoRecord

__all__ = [
    "ChooseRun",
    "CloudPlace",
    "Handover",
    "Project",
    "Round",
    "Run",
    "ScheduledRun",
    "Selecting",
    "Selection",
    "SetDecisions",
    "SetExporting",
    "SetHandover",
    "SetRange",
    "SetRecalibration",
    "SetSelecting",
    "SetSelection",
    "SetThresholds",
    "VideoRecord",
    "is_project",
    "new_run_id",
]
