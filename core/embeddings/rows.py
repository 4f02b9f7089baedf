"""Embeddings that stay in their files: those of a thousand runs at once.

A mapped file keeps a descriptor for as long as anybody has it, of which a process usually may have
1,024, and two files belong to each run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.embeddings.embeddings import Vectors


@dataclass(frozen=True)
class FileRows:
    """Rows of float16 in a file, which is open only while some of them are read."""

    path: Path
    shape: tuple[int, int]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Vectors:
        """Some of the rows, in memory.

        Raises:
            OSError: The file cannot be read any more.
            ValueError: It is shorter than it was.
        """
        if not self.shape[0] * self.shape[1]:
            return np.empty(self.shape, np.float16)[rows]
        # Rows that are picked by an array are copied, and so nothing stays mapped.
        return np.asarray(np.memmap(self.path, np.float16, "r", shape=self.shape)[rows])


@dataclass(frozen=True)
class EmbeddingFiles:
    """As `core.embeddings.embeddings.Embeddings`, on disk."""

    source: str
    frames: FileRows
    objects: FileRows | None
