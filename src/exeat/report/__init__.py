"""The report: one HTML page, findings as files, and the law in words for page and command."""
