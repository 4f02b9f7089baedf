"""Every action of the window in one table: its group, words, icon and standard keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Group = Literal["File", "Detect", "Go", "Play", "Review", "Edit", "View", "Help"]
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What an action is called and how it is reached."""

    group: Group
    name: str
    text: str
    """Says what it does without its group or icon."""
    icon: str
    keys: tuple[str, ...]
    """Standard ones; a person may have chosen others."""
    tip: str
    short: str = ""
    """The word on a button, where `text` is too long for one."""
    checkable: bool = False

    @property
    def repeats(self) -> bool:
        """Whether it is done again and again while its keys are held; a decision never is."""
        return self.group in ("Go", "View") or self.name in ("undo", "redo")


SPECS = (
    ActionSpec("File", "open", "Open video…", "open", ("Ctrl+O",), "Open a video", "Open"),
    ActionSpec(
        "File", "open_project", "Open folder…", "film", ("Ctrl+Shift+O",),
        "Open a folder of videos or projects, a project, or a folder of images",
    ),
    ActionSpec("File", "demo", "Open the demo", "demo", (), "Open the embedded demo"),
    ActionSpec(
        "File", "copy", "Fast scrubbing", "scrub", (),
        "Make a small copy of the video so that every scrub shows its frame at once",
    ),
    ActionSpec(
        "File", "select", "Select frames…", "select", ("W",),
        "Choose what to label, and see why", "Select", checkable=True,
    ),
    ActionSpec(
        "File", "export", "Export…", "export", ("Ctrl+E",), "Export frames with prelabels", "Export"
    ),
    ActionSpec(
        "File", "render", "Export video with boxes…", "film", (),
        "Write the video with all boxes drawn in",
    ),
    ActionSpec(
        "File", "clip", "Save clip of this violation…", "loop", (),
        "Write a short GIF or MP4 of the focused box, to show to somebody",
    ),
    ActionSpec(
        "File", "upload", "Upload…", "upload", ("Ctrl+U",),
        "Upload the video and what Lightly needs of it to S3", "Upload",
    ),
    ActionSpec(
        "File", "schedule", "Schedule selection…", "schedule", ("Ctrl+Shift+S",),
        "Let Lightly select the frames that are worth labeling", "Schedule",
    ),
    ActionSpec(
        "File", "selection", "Read Lightly's selection", "selected", (),
        "Mark the frames that Lightly has selected, and fetch its report",
    ),
    ActionSpec(
        "File", "signed_urls", "Export signed URLs…", "links", ("Ctrl+Shift+U",),
        "Write web addresses of chosen frames that work for a while", "URLs",
    ),
    ActionSpec(
        "File", "labels", "Import finished labels…", "labels", (),
        "See what annotators made of the imputed boxes, and recalibrate by it",
    ),
    ActionSpec(
        "File", "settings", "Settings…", "settings", ("Ctrl+,",),
        "Choose the appearance, and how video is decoded and kept",
    ),
    ActionSpec("File", "quit", "Quit", "quit", ("Ctrl+Q",), "Close the window"),
    ActionSpec(
        "Detect", "detect", "Detect", "detect", ("D",),
        "Run the detector, or go on with it",
    ),
    ActionSpec(
        "Detect", "detect_with", "Detect with…", "settings", ("Shift+D",),
        "Choose model, classes and confidence, then detect",
    ),
    ActionSpec(
        "Detect", "detect_all", "Detect in all videos", "detect-all", ("Ctrl+D",),
        "Detect in all videos of the folder that wait for it, with the settings of Detect",
    ),
    ActionSpec(
        "Detect", "import_file", "Import detections…", "import", (),
        "Use another program's boxes: COCO results or MOTChallenge text",
    ),
    ActionSpec(
        "Detect", "import_folder", "Import detections from a folder…", "film", (),
        "Use another program's boxes: YOLO text files, or Lightly predictions",
    ),
    ActionSpec(
        "Detect", "cancel", "Stop detecting", "cancel", (),
        "Stop detecting; keep what was seen", "Stop",
    ),
    ActionSpec(
        "Go", "next", "Next violation", "next-flicker", ("N",), "Go to the next violation", "Next"
    ),
    ActionSpec(
        "Go", "previous", "Previous violation", "previous-flicker", ("P",),
        "Go to the previous violation", "Previous",
    ),
    ActionSpec(
        "Go", "next_selected", "Next selected frame", "next-selected", ("Shift+N",),
        "Go to the next frame that was selected for labeling",
    ),
    ActionSpec(
        "Go", "previous_selected", "Previous selected frame", "previous-selected", ("Shift+P",),
        "Go to the frame before that was selected for labeling",
    ),
    ActionSpec(
        "Go", "next_video", "Next video", "next-video", ("Ctrl+PgDown",),
        "Open the next video of the media list",
    ),
    ActionSpec(
        "Go", "previous_video", "Previous video", "previous-video", ("Ctrl+PgUp",),
        "Open the video before in the media list",
    ),
    ActionSpec(
        "Go", "find_video", "Find a video…", "search", ("Ctrl+F",),
        "Search the media list by name",
    ),
    ActionSpec(
        "Go", "forward", "One frame forward", "step-forward", (".", "Right"),
        "One frame forward", "Forward",
    ),
    ActionSpec(
        "Go", "back", "One frame back", "step-back", (",", "Left"), "One frame back", "Back"
    ),
    ActionSpec(
        "Go", "forward_10", "Ten frames forward", "step-forward", ("Shift+Right", ">"),
        "Ten frames forward",
    ),
    ActionSpec(
        "Go", "back_10", "Ten frames back", "step-back", ("Shift+Left", "<"), "Ten frames back"
    ),
    ActionSpec("Go", "home", "First frame", "home", ("Home",), "Go to the first frame"),
    ActionSpec("Go", "end", "Last frame", "end", ("End",), "Go to the last frame"),
    ActionSpec(
        "Go", "go_to", "Go to…", "go-to", ("G",),
        "Go to a frame, a time, a share of the video, or so far on",
    ),
    ActionSpec("Play", "play", "Play", "play", ("Space",), "Play or pause"),
    ActionSpec(
        "Play", "play_back", "Play backwards", "play-back", ("J",),
        "Play backwards; again for twice as fast",
    ),
    ActionSpec("Play", "pause", "Pause", "pause", ("K",), "Stop playing"),
    ActionSpec(
        "Play", "play_forward", "Play forwards", "play-forward", ("L",),
        "Play forwards; again for twice as fast",
    ),
    ActionSpec(
        "Play", "loop", "Loop the gap", "loop", ("R",),
        "Play around the gap, over and over",
    ),
    ActionSpec(
        "Play", "mark_in", "Mark in", "mark-in", ("I",),
        "Let the range begin at this frame",
    ),
    ActionSpec(
        "Play", "mark_out", "Mark out", "mark-out", ("O",),
        "Let the range end at this frame",
    ),
    ActionSpec(
        "Play", "clear_range", "Clear in and out", "clear-range", ("Shift+I",),
        "Forget where the range begins and ends",
    ),
    ActionSpec(
        "Review", "accept", "Accept", "accept", ("A",), "Accept the focused box as a prelabel"
    ),
    ActionSpec("Review", "reject", "Reject", "reject", ("X",), "Reject the focused box"),
    ActionSpec(
        "Review", "accept_gap", "Accept the gap", "accept-gap", ("Shift+A",),
        "Accept all boxes of this violation",
    ),
    ActionSpec(
        "Review", "reject_gap", "Reject the gap", "reject-gap", ("Shift+X",),
        "Reject all boxes of this violation",
    ),
    ActionSpec(
        "Review", "accept_track", "Accept the track", "accept-track", ("Ctrl+Shift+A",),
        "Accept all imputed boxes of this track",
    ),
    ActionSpec(
        "Review", "reject_track", "Reject the track", "reject-track", ("Ctrl+Shift+X",),
        "Reject all imputed boxes of this track",
    ),
    ActionSpec(
        "Review", "skip", "Skip", "skip", ("S",), "Leave this violation undecided and go on"
    ),
    ActionSpec(
        "Review", "review_all", "Review all videos", "review-all", ("Shift+M",),
        "Go through the violations of all videos of the folder", checkable=True,
    ),
    ActionSpec("Edit", "undo", "Undo", "undo", ("Ctrl+Z", "Z"), "Take back the last decision"),
    ActionSpec(
        "Edit", "redo", "Redo", "redo", ("Ctrl+Shift+Z", "Shift+Z"),
        "Decide again what was taken back",
    ),
    ActionSpec(
        "Edit", "edit", "Edit box", "edit", ("E",),
        "Move or resize the focused box", "Edit",
    ),
    ActionSpec("Edit", "draw", "Draw box", "draw", ("B",), "Draw a box that is missing", "Draw"),
    ActionSpec(
        "Edit", "change_class", "Change class…", "class", ("C",),
        "Give the focused box another class", "Class",
    ),
    ActionSpec(
        "Edit", "delete", "Delete box", "delete", ("Delete", "Backspace"),
        "Take the focused box out", "Delete",
    ),
    ActionSpec(
        "Edit", "spread", "Spread the edit", "spread", ("Shift+E",),
        "Change the other boxes of this gap as this one was changed", "Spread",
    ),
    ActionSpec(
        "View", "palette", "Find an action…", "search", ("Ctrl+K",),
        "Find any action by a part of its name", "Find",
    ),
    ActionSpec("View", "fit", "Fit the picture", "fit", ("F",), "Fit the picture into the window"),
    ActionSpec(
        "View", "actual_size", "Actual size", "actual-size", ("1",),
        "Show one pixel of the video as one of the screen",
    ),
    ActionSpec("View", "zoom_in", "Zoom in", "zoom-in", ("+", "="), "Show the picture larger"),
    ActionSpec("View", "zoom_out", "Zoom out", "zoom-out", ("-",), "Show the picture smaller"),
    ActionSpec(
        "View", "timeline_in", "Zoom the timeline in", "timeline-in", ("Ctrl+=", "Ctrl++"),
        "Show less of the video in the timeline",
    ),
    ActionSpec(
        "View", "timeline_out", "Zoom the timeline out", "timeline-out", ("Ctrl+-",),
        "Show more of the video in the timeline",
    ),
    ActionSpec(
        "View", "ghosts", "Onion skin", "ghosts", ("H",),
        "Show the boxes of neighbouring frames faintly", checkable=True,
    ),
    ActionSpec(
        "View", "split", "Neighbouring frames", "split", ("V",),
        "Show the frame between the one before and the one after", checkable=True,
    ),
    ActionSpec(
        "View", "media_list", "Media list", "media-list", ("M",),
        "Show the videos of the folder", checkable=True,
    ),
    ActionSpec(
        "View", "jobs", "Jobs", "jobs", ("Ctrl+J",), "Show what is under way and what has ended"
    ),
    ActionSpec("Help", "guide", "User guide", "guide", ("F1",), "Read how Flickerscope is used"),
    ActionSpec("Help", "help", "Keys", "help", ("?",), "Show all keys"),
    ActionSpec(
        "Help", "change_keys", "Change keys…", "keyboard", (), "Choose the keys of every action"
    ),
)  # fmt: skip
