"""The project: one folder with a video's runs and a person's decisions."""

from core.project.project import (
    Project,
    Run,
    SetThresholds,
    SetVerdicts,
    VideoRecord,
    is_project,
    new_run_id,
)

__all__ = [
    "Project",
    "Run",
    "SetThresholds",
    "SetVerdicts",
    "VideoRecord",
    "is_project",
    "new_run_id",
]
