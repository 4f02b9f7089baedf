"""What the results of each video are called: safe, told apart, and the same the next time."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import PurePosixPath

from core.export.names import safe_name
from core.lightly.names import name_key


def give_names(wanted: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """A name for each video, such as `north/cam3`.

    No two are alike on a system that knows no case, and none is a folder of another, for results
    of both would lie in each other. Where two would be, the second gets a number: `cam3-2`.

    Args:
        wanted: By key, in order: the path below its source, with slashes, without suffix.
        given: By key, what results were called before; these names stay, also of videos that are
            not wanted now.
    """
    names = _Names(given.values())
    new = {key: _parts(path) for key, path in wanted.items() if key not in given}
    folders = {key: names.folder(parts[:-1]) for key, parts in new.items()}
    first_choice = [names.below(folders[key], parts[-1]) for key, parts in new.items()]
    names.reserve(first_choice)
    found = dict(zip(new, map(names.take, first_choice), strict=True))
    return {key: given.get(key) or found[key] for key in wanted}


class _Names:
    """Names that are taken, and the folders that they lie in, by `name_key`."""

    def __init__(self, given: Iterable[str]) -> None:
        self._taken, self._wanted, self._folders = set[str](), set[str](), set[str]()
        for name in given:
            self._taken.add(name_key(name))
            self._folders.update(name_key(str(folder)) for folder in PurePosixPath(name).parents)

    @staticmethod
    def below(folder: str, name: str) -> str:
        return f"{folder}/{name}" if folder else name

    def folder(self, parts: Sequence[str]) -> str:
        """The folder with this path, or one like it where a name is in the way."""
        path = ""
        for part in parts:
            path = self._free(self.below(path, part), self._taken)
            self._folders.add(name_key(path))
        return path

    def reserve(self, names: Iterable[str]) -> None:
        """No number leads to these."""
        self._wanted.update(map(name_key, names))

    def take(self, name: str) -> str:
        """The name, or the first one like it that is free."""
        occupied = self._taken | self._folders
        if name_key(name) in occupied:
            name = self._free(name, occupied | self._wanted)
        self._taken.add(name_key(name))
        return name

    def _free(self, path: str, occupied: set[str]) -> str:
        folder, _, last = path.rpartition("/")
        others = (self.below(folder, safe_name(f"{last}-{number}")) for number in count(2))
        while name_key(path) in occupied:
            path = next(others)
        return path


def _parts(path: str) -> list[str]:
    return [safe_name(part) for part in path.split("/")]
