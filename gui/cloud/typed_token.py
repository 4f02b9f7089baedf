"""Lightly's token as a person typed it."""

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TypedToken:
    """A token, and whether the system's keyring is to keep it."""

    text: str = field(repr=False)
    keep: bool

    def use(self) -> None:
        """Let `core.cloud.token` find it from now on; the keyring may ask the person.

        Raises:
            CloudError: The keyring does not store it.
        """
        from core.cloud.token import TOKEN_VARIABLE, keep_secret, keep_token

        keep_secret(self.text)
        if self.keep:
            keep_token(self.text)
        if not self.keep or os.environ.get(TOKEN_VARIABLE):
            # For this sitting, in place of one that would come first.
            os.environ[TOKEN_VARIABLE] = self.text
