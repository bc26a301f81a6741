"""A release: what is built, what it is made of, where it is from, and who says so.

``make release`` runs :mod:`tools.release.__main__`; docs/howto/release.md leads through it.
"""
