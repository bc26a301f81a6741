"""A signature over the sums of a release: OpenSSH's own, which is on every machine.

One signature is enough: the sums name the hash of every other file.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

__all__ = ["NAMESPACE", "SIGNER", "sign", "verify"]

NAMESPACE: Final = "exeat-release"
"""What the signature is for; one made for anything else does not count here."""
SIGNER: Final = "releases@exeat"
"""The name that the keys of releases have in ``allowed_signers``."""


def sign(sums: Path, key: Path) -> Path:
    """Sign the sums; return the signature's file.

    Args:
        sums: ``SHA256SUMS``.
        key: The releaser's private key; or the public one, where an agent holds the other.

    Raises:
        RuntimeError: It could not be signed; ssh-keygen's own words say why.
    """
    signature = sums.with_name(f"{sums.name}.sig")
    signature.unlink(missing_ok=True)
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(sums)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{key}: ssh-keygen does not sign with it ({done.stderr.strip()})")
    return signature


def verify(sums: Path, signature: Path, allowed: Path) -> bool:
    """Say whether a releaser who is allowed signed these sums, as the how-to shows it."""
    command = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", SIGNER, "-n", NAMESPACE]
    with sums.open("rb") as said:
        done = subprocess.run(
            [*command, "-s", str(signature)], stdin=said, capture_output=True, text=True
        )
    return done.returncode == 0
