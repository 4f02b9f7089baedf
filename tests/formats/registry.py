"""All readers."""

from tests.formats.readers import Reader
from tests.formats.readers_annotators import READERS as OF_ANNOTATORS
from tests.formats.readers_detection import READERS as OF_DETECTION

READERS: tuple[Reader, ...] = (*OF_DETECTION, *OF_ANNOTATORS)
