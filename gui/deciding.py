"""What a person decides: accept, reject, correct, draw; all of it on disk before it is seen."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from core.assertions.imputed import DRAWN, MODEL, ImputedBox, Xyxy
from core.corrections import spread_edits
from core.errors import UserError
from core.frames import FrameRange
from core.prelabels import Correction, Decision, Verdict
from core.project import SetDecisions, SetRange
from core.tracks.pairs import Rows
from gui.i18n import mark, tr, tr_n
from gui.showing import Showing
from gui.text import grouped
from gui.words import kind_word

Scope = Literal["box", "gap", "track"]

_WORDS = {
    Verdict.ACCEPTED: mark("Accept {boxes}"),
    Verdict.REJECTED: mark("Reject {boxes}"),
    Verdict.EDITED: mark("Edit {boxes}"),
}


def _stay() -> None:
    """Go nowhere."""


class Deciding(Showing):
    """Decisions of one window's person."""

    onward: Callable[[int | None], int | None] | None = None
    """Which violation follows one, where not this queue says that but one of many videos; None if
    the person goes elsewhere."""

    def decide(self, verdict: Verdict, scope: Scope = "box") -> None:
        """Give boxes a verdict, and go on to the next ones to do if these were.

        Args:
            verdict: `ACCEPTED` or `REJECTED`.
            scope: The focused box; with it, the rest of its violation that is to do; or all of its
                track that is to do.
        """
        box = self.focused
        if box is None:
            return
        if box.assertion == DRAWN and verdict is Verdict.REJECTED:
            self.delete()
            return
        boxes = self._within(scope, box)
        changed = tuple(one for one in boxes if not self._has(one, verdict))
        if not changed:
            return
        if verdict is Verdict.ACCEPTED and box.assertion == MODEL:
            # What the detector saw is handed over unless somebody objects.
            change = SetDecisions(unmade=changed, text=tr("Keep {boxes}", boxes=_named(changed)))
        else:
            text = tr(_WORDS[verdict], boxes=_named(changed))
            change = SetDecisions.of(verdict, changed, text)
        number, shown = self.queue.number_of(box), self.shown
        asked = number is not None and any(self.decision(one) is None for one in changed)
        self._apply(change, partial(self._go_on, number, shown) if asked else _stay)

    def skip(self) -> None:
        """Leave the violation under review as it is, and go on to the next one to do."""
        self._go_on(self.queue.number_of(self.focused), self.shown, within=False)

    def correct(
        self, box: ImputedBox, *, xyxy: Xyxy | None = None, class_name: str | None = None
    ) -> None:
        """Put a box elsewhere, or change its class; without either it is as it was."""
        before = self.decision(box)
        now = (before.xyxy, before.class_name) if before else (box.xyxy, box.class_name)
        made = Correction(xyxy or now[0], class_name or now[1])
        if (made.xyxy, made.class_name) == now and before is not None:
            return
        decision = Decision(box, Verdict.EDITED, made)
        text = tr(
            "Edit {class_name} in frame {frame}",
            class_name=made.class_name,
            frame=grouped(box.frame),
        )
        if self._apply(SetDecisions((decision,), text=text)):
            self._focus(box)

    def draw(self, xyxy: Xyxy, class_name: str) -> None:
        """Add a box of the person's own to this frame, and focus it."""
        box = ImputedBox(self.frame, xyxy, class_name, 1.0, DRAWN)
        text = tr(
            "Draw {class_name} in frame {frame}",
            class_name=class_name,
            frame=grouped(self.frame),
        )
        if self._apply(SetDecisions.of(Verdict.ACCEPTED, [box], text)):
            self._focus(box)

    def delete(self) -> None:
        """Take the focused box out: a drawn one is gone, any other one is rejected."""
        box = self.focused
        if box is None:
            return
        if box.assertion != DRAWN:
            self.decide(Verdict.REJECTED)
        elif self._apply(
            SetDecisions(unmade=(box,), text=tr("Delete {boxes}", boxes=_named((box,))))
        ):
            self._focus(self._first_to_do(self.frame))

    def spread(self) -> None:
        """Let the boxes of the gap about which nothing is decided follow the edited ones."""
        number = self.queue.number_of(self.focused)
        if number is None:
            return
        item, boxes = self.queue[number], self.queue.boxes_of(number)
        made = spread_edits(boxes, self.project.decisions, item.start, item.stop)
        if made:
            self._apply(
                SetDecisions(
                    made,
                    text=tr_n(
                        "Spread an edit over {count} box",
                        "Spread an edit over {count} boxes",
                        len(made),
                    ),
                )
            )

    def undo(self) -> None:
        """Take back the last decision, of whatever session."""
        self._apply_again(back=True)

    def redo(self) -> None:
        """Decide again what was taken back last."""
        self._apply_again(back=False)

    @property
    def can_undo(self) -> str | None:
        """What can be undone, in words, or None."""
        return self.project.can_undo

    @property
    def can_redo(self) -> str | None:
        """What can be done again, in words, or None."""
        return self.project.can_redo

    # The range that the person looks at

    def mark_in(self) -> None:
        """Let the range begin at this frame."""
        now = self.project.range
        stop = now.stop if now is not None and now.stop > self.frame else len(self.index)
        self.set_range(self.frame, stop)

    def mark_out(self) -> None:
        """Let the range end with this frame."""
        now = self.project.range
        start = now.start if now is not None and now.start <= self.frame else 0
        self.set_range(start, self.frame + 1)

    def clear_range(self) -> None:
        """Look at all frames again."""
        self.set_range(None, None)

    def set_range(self, start: int | None, stop: int | None) -> None:
        """Look at the frames `[start, stop)`, or at all of them without both; so does the queue."""
        frames = len(self.index)
        chosen = FrameRange(start or 0, frames if stop is None else stop)
        wanted = None if len(chosen) == frames else chosen
        if wanted == self.project.range:
            return
        try:
            self.project.apply(SetRange(wanted))
        except UserError as error:
            self.failed.emit(error)
            return
        self.range_changed.emit()
        self.set_view(replace(self.view, frames=wanted))

    # Inside

    def _within(self, scope: Scope, box: ImputedBox) -> tuple[ImputedBox, ...]:
        number = self.queue.number_of(box)
        if scope == "box" or number is None:
            return (box,)
        track = self.queue[number].track
        if scope == "track" and track >= 0:
            more = self.queue.to_do_on(track)
        else:
            more = self.queue.to_do_in(number)
        return (box, *(one for one in more if one.key != box.key))

    def _has(self, box: ImputedBox, verdict: Verdict) -> bool:
        decision = self.decision(box)
        if decision is None:
            return verdict is Verdict.ACCEPTED and box.assertion == MODEL
        if verdict is Verdict.ACCEPTED:
            # To accept must not take back what was corrected.
            return decision.verdict is not Verdict.REJECTED
        return decision.verdict is verdict

    def _go_on(self, number: int | None, shown: Rows, *, within: bool = True) -> None:
        """To the next box to do of a violation, or else of the next violation in the queue.

        Args:
            number: The violation to go on from.
            shown: The queue as it was before a decision took that violation out of it.
            within: Whether the violation's own boxes come first.
        """
        left = self.queue.to_do_in(number) if number is not None and within else ()
        if not left:
            onward = self.onward or partial(self.queue.next_to_do, shown)
            following = onward(number)
            left = self.queue.to_do_in(following) if following is not None else ()
        if left:
            self.focus(left[0])

    def _apply(self, change: SetDecisions, go_on: Callable[[], None] = _stay) -> bool:
        """Write a change, go where the person wants to be after it, then tell."""
        try:
            self.project.apply(change)
        except UserError as error:
            self.failed.emit(error)
            return False
        self._decided(change, go_on)
        return True

    def _apply_again(self, *, back: bool) -> None:
        try:
            change = self.project.undo() if back else self.project.redo()
        except UserError as error:
            self.failed.emit(error)
            return
        if change is not None:
            self._decided(change)
            box = change.boxes[0]
            self.focus(box)
            if box.assertion == DRAWN and self.decision(box) is None:
                self._focus(self._first_to_do(box.frame))

    def _decided(self, change: SetDecisions, go_on: Callable[[], None] = _stay) -> None:
        asked = (box for box in change.boxes if box.assertion not in (MODEL, DRAWN))
        if any(self.queue.number_of(box) is None for box in asked):
            # Of an earlier run, undone before this sitting and done again in it.
            self._collect_boxes()
            self.run_changed.emit()
        self.queue.update(change.boxes, self.project.decisions)
        self._flag()
        # First, so that the frame that is left need not be painted once more.
        go_on()
        self.decisions_changed.emit()
        if self.view.state is not None or self.view.sorted_by == "state":
            self._look_through_queue()


def _named(boxes: Sequence[ImputedBox]) -> str:
    """Boxes in words, such as `car in frame 34` or `5 boxes in frames 34 to 38`."""
    frames = [box.frame for box in boxes]
    if len(boxes) == 1:
        return tr(
            "{class_name} in frame {frame}",
            class_name=boxes[0].class_name or kind_word(boxes[0].assertion),
            frame=grouped(frames[0]),
        )
    return tr(
        "{count} boxes in frames {first} to {last}",
        count=grouped(len(boxes)),
        first=grouped(min(frames)),
        last=grouped(max(frames)),
    )
