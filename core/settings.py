"""What the program remembers between sessions, apart from any project."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any, Literal, get_args

from core.detectors.base import DEFAULT_MODEL
from core.paths import ProxyPlace, proxies_dir, settings_file, write_text_atomically

log = logging.getLogger(__name__)

Appearance = Literal["system", "light", "dark"]
Language = Literal["system", "en", "de"]

_RECENT_LIMIT = 8


@dataclass(frozen=True)
class WindowLayout:
    """How large the window was and how its parts shared it, when it was closed."""

    geometry: tuple[int, int, int, int] | None = None
    """Left, top, width and height on the screens together, in logical px; None for nothing yet."""
    maximised: bool = False
    splitters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Sizes of the parts of each splitter in logical px."""


@dataclass(frozen=True)
class Settings:
    """A person's settings; change them with `dataclasses.replace` and save."""

    recent: tuple[str, ...] = ()
    """Paths of videos and projects opened last, newest first."""
    appearance: Appearance = "system"
    model: str = DEFAULT_MODEL
    """The detector chosen last."""
    models: tuple[str, ...] = ()
    """Local detectors used last, newest first."""
    proxy_gib: float = 8.0
    """Disk that the small copies for scrubbing may take, in GiB; 0 for none."""
    proxy_folder: str | None = None
    """Where they lie; None for the system's place for caches."""
    hardware_decoding: bool = False
    """Decode for the window on the graphics hardware; pictures may differ in the last bit."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys by action, where a person has chosen others than the standard ones."""
    window: WindowLayout = WindowLayout()
    language: Language = "system"
    """Of the window."""

    @property
    def proxies(self) -> ProxyPlace | None:
        """Where small copies for scrubbing go, and how much of them; None for none."""
        return ProxyPlace(self.proxy_root, self.proxy_limit) if self.proxy_limit else None

    @property
    def proxy_root(self) -> Path:
        """Where small copies lie, if there are any."""
        return Path(self.proxy_folder) if self.proxy_folder else proxies_dir()

    @property
    def proxy_limit(self) -> int:
        """Bytes that all of them may take."""
        return round(self.proxy_gib * 2**30)

    def with_recent(self, path: Path, *, moved_from: Path | None = None) -> "Settings":
        """The settings with `path` as the newest, and without where it was before."""
        entry = str(path.resolve())
        rest = [other for other in self.recent if other not in (entry, str(moved_from))]
        return replace(self, recent=(entry, *rest)[:_RECENT_LIMIT])

    def with_model(self, model: str) -> "Settings":
        """The settings with `model` as the one chosen last."""
        local = (model,) if Path(model).exists() else ()
        rest = tuple(other for other in self.models if other != model)
        return replace(self, model=model, models=(*local, *rest)[:_RECENT_LIMIT])


def load_settings() -> Settings:
    """The saved settings; the standard ones where none are saved or the file is damaged."""
    path = settings_file()
    try:
        return _checked(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        log.warning("the settings in %s cannot be read; using standard ones", path, exc_info=True)
        return Settings()


def save_settings(settings: Settings) -> None:
    """Write the settings; a failure costs only the memory, so it is logged and no more."""
    text = json.dumps(asdict(settings), indent=2)
    try:
        write_text_atomically(settings_file(), text)
    except OSError:
        log.warning("the settings could not be saved", exc_info=True)


def _checked(saved: Any) -> Settings:
    if not isinstance(saved, dict):
        raise TypeError("expected an object")
    settings = Settings(
        **{
            **saved,
            **{name: _texts(saved.get(name, [])) for name in ("recent", "models")},
            "keys": {name: _texts(keys) for name, keys in saved.get("keys", {}).items()},
            "window": _layout(saved.get("window", {})),
        }
    )
    if not isinstance(settings.model, str):
        raise TypeError(f"expected a text, got {settings.model!r}")
    if settings.appearance not in get_args(Appearance):
        raise ValueError(f"unknown appearance {settings.appearance!r}")
    if settings.language not in get_args(Language):
        raise ValueError(f"unknown language {settings.language!r}")
    if not isinstance(settings.proxy_folder, str | None) or not 0 <= settings.proxy_gib < inf:
        raise ValueError(f"no place for proxies: {settings.proxy_folder!r}")
    if not isinstance(settings.hardware_decoding, bool):
        raise TypeError(f"expected true or false, got {settings.hardware_decoding!r}")
    return settings


def _layout(saved: dict[str, Any]) -> WindowLayout:
    layout = WindowLayout(**saved)
    geometry = None if layout.geometry is None else _numbers(layout.geometry)
    if geometry is not None and len(geometry) != 4:
        raise ValueError(f"expected 4 numbers, got {geometry!r}")
    if not isinstance(layout.maximised, bool):
        raise TypeError(f"expected true or false, got {layout.maximised!r}")
    splitters = {name: _numbers(sizes) for name, sizes in layout.splitters.items()}
    return replace(layout, geometry=geometry, splitters=splitters)


def _texts(saved: Any) -> tuple[str, ...]:
    if not isinstance(saved, list) or not all(isinstance(text, str) for text in saved):
        raise TypeError(f"expected a list of texts, got {saved!r}")
    return tuple(saved)


def _numbers(saved: Any) -> tuple[int, ...]:
    if not isinstance(saved, list) or not all(type(number) is int for number in saved):
        raise TypeError(f"expected a list of whole numbers, got {saved!r}")
    return tuple(saved)
