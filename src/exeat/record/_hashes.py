"""A hash as a line of text, in the one form that is written."""

from __future__ import annotations

import base64
import binascii

__all__ = ["hash_of", "line_of"]


def line_of(hash: bytes) -> str:
    """Return a hash as a line, in base64."""
    return base64.b64encode(hash).decode()


def hash_of(line: str) -> bytes | None:
    """Return the hash of a line; None where it does not print back the same.

    Examples:
        >>> hash_of(line_of(bytes(32))) == bytes(32), hash_of("AAAA=") is None
        (True, True)
    """
    try:
        found = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if line_of(found) == line else None
