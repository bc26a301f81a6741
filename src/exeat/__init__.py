"""exeat: may this person go, must they, may they be kept, and who must be told first?

The road of an answer, folder by folder; an import only ever points down::

    cli                           the command, which starts any of these
    desk                          the release desk: pages, HTTP API, the gate at the door
    auth                          who sits there
    office    report              one transaction, one held record | pages and tables
    say       audit     prove     in words | finished custodies | all that there can be
    decide    intake    record    the decision | jails' exports | the ledger and the vault
    rules  (law/*.toml)           the law, read
    facts                         records and events, codes, times, the closed vocabulary

Those on one line know nothing of each other. `make contracts` holds the house to this picture, and
docs/architecture.md draws the four roads that cross it.

exeat is not legal advice.
"""

from exeat._version import __version__

__all__ = ["__version__"]
