"""The assertions that there are: this program's, and those that people have installed."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from core.assertions.appear import appear
from core.assertions.base import Assertion, Scene, Violations
from core.assertions.class_switch import class_switch
from core.assertions.flickering import flickering
from core.assertions.multibox import multibox
from core.assertions.tutorial import tutorial
from core.errors import AssertionPluginError

GROUP = "flickerscope.assertions"
"""Entry-point group; the entry's name becomes the kind of the violations."""

BUILT_IN: Mapping[str, Assertion] = {
    "flickering": flickering,
    "appear": appear,
    "multibox": multibox,
    "class switch": class_switch,
    "tutorial": tutorial,
}


@cache
def assertions() -> Mapping[str, Assertion]:
    """Every assertion by its kind; a person's own replace those of the same name.

    Raises:
        AssertionPluginError: An installed one cannot be imported.
    """
    found = dict(BUILT_IN)
    for entry in entry_points(group=GROUP):
        try:
            found[entry.name] = entry.load()
        except Exception as error:
            raise AssertionPluginError(
                f"The assertion “{entry.name}” ({entry.value}) cannot be loaded "
                f"({type(error).__name__}: {error})",
                mend="mend or uninstall the package that brings it",
            ) from error
    return found


def judge(kind: str, assertion: Assertion, scene: Scene) -> Violations:
    """What an assertion says of a scene.

    Raises:
        AssertionPluginError: It fails, or does not give violations.
    """
    try:
        found = assertion(scene)
    except Exception as error:
        if assertion is BUILT_IN.get(kind):
            raise
        raise AssertionPluginError(
            f"The assertion “{kind}” failed ({type(error).__name__}: {error})",
            mend="mend or uninstall the package that brings it",
        ) from error
    if not isinstance(found, Violations):
        raise AssertionPluginError(
            f"The assertion “{kind}” gave {type(found).__name__}, not Violations",
            mend="let it return core.assertions.base.violations(...)",
        )
    return found
