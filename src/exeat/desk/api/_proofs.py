"""What the API answers with where it is to be checked elsewhere: the proof of a request."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import BaseModel, Field

from exeat.record.request_proof import RequestProof

__all__ = ["RequestProofOut", "request_proof_out"]


class ProvedTextOut(BaseModel):
    """A signed text, and the entry of the ledger that holds it."""

    text: str
    seq: int = Field(description="Number of the leaf, from 0.")
    leaf: str = Field(
        description="The leaf's bytes: agency, appended, commitment, record, version. Its hash is"
        " SHA-256 of a byte 0 and these."
    )
    salt: str = Field(description="In hex; SHA-256 of salt and content is the commitment.")
    content: str = Field(description="The content's bytes, which hold the text.")
    proof: str | None = Field(
        description="C2SP tlog-proof under the checkpoint; null until one covers the entry."
    )


class RequestProofOut(BaseModel):
    """What proves a request's receipt and its answer; `exeat verify FILE` checks it offline."""

    format: str
    request: str
    key: str = Field(description="The log's key; trust one that you got elsewhere.")
    checkpoint: str | None = Field(description="The last signed note of the log's size and root.")
    receipt: ProvedTextOut | None
    answer: ProvedTextOut | None


def request_proof_out(found: RequestProof) -> RequestProofOut:
    """Return the proof of a request."""
    return RequestProofOut(**asdict(found))
