"""The release desk: services, HTTP API and pages."""
