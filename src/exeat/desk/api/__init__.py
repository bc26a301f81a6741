"""The HTTP API for other systems, under ``/api/v1``; its OpenAPI is at ``/api/v1/openapi.json``."""

from exeat.desk.api._errors import broken, http_error, unavailable
from exeat.desk.api.site import install

__all__ = ["broken", "http_error", "install", "unavailable"]
