"""What sign-in keeps in the database: accounts, passkeys, sessions, keys of other systems."""

from importlib.resources import files
from typing import Final

from exeat.record.part import Noted, Part

__all__ = ["AUTH"]

AUTH: Final = Part(
    files(__package__) / "sql",
    noted=(
        Noted(
            "exeat_desk.account",
            "id",
            "id agency name role granted password_hash second_factor disabled made_by made"
            " approved created",
        ),
        Noted("exeat_desk.passkey", "id", "id account public_key label created"),
        Noted("exeat_desk.session", "token_hash", "token_hash account whole began ended"),
        Noted(
            "exeat_desk.api_key",
            "id",
            "id agency label role scopes secret_hash created created_by expires revoked",
        ),
    ),
)
