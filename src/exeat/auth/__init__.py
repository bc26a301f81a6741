"""Who sits at the desk: accounts, second factors, sessions, and keys of other systems."""

from exeat.auth._rows import Account, ApiKey, Passkey, Session
from exeat.auth.accounts import Accounts

COOKIE = "exeat_session"
"""The cookie that holds a person's session."""

__all__ = ["COOKIE", "Account", "Accounts", "ApiKey", "Passkey", "Session"]
