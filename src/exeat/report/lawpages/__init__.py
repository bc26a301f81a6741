"""Pages, maps and tables about the law, made from the law files alone."""
