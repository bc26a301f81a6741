"""exeat: may this person go, must they, may they be kept, and who must be told first?

The road of an answer, folder by folder::

    facts  ->  rules (+ law/*.toml)  ->  decide  ->  audit  ->  report
      ^                                                ^
    intake (jail exports, records)                    cli (the door)

exeat is not legal advice.
"""

from exeat._version import __version__

__all__ = ["__version__"]
