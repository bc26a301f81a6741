"""That the person who is chosen for a request is the one who is meant, and nobody was missed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from exeat.desk.service._near import Near, likeness
from exeat.errors import Fault
from exeat.office.errors import BadInput, Refusing
from exeat.office.messages import bad_field
from exeat.office.models import PersonalData
from exeat.office.personal import matches

__all__ = ["must_be_identified", "must_be_meant", "must_be_seen", "of_identifiers"]

_NEEDED = 2


def must_be_identified(file: PersonalData | None, said: Mapping[str, str]) -> None:
    """Refuse an act on a person whom two identifiers do not name.

    Args:
        file: The person on record.
        said: What whoever acts says of them: ``born``, ``booking_number`` and the like.

    Raises:
        BadInput: With every identifier that differs, or that two are wanted.
    """
    faults = list(of_identifiers(file, said))
    if faults:
        raise BadInput(faults)


def must_be_meant(
    file: PersonalData | None,
    theirs: PersonalData,
    said: Mapping[str, str],
    differs_seen: Collection[str],
) -> None:
    """Refuse to put a request on the record of somebody who may not be meant.

    Args:
        file: The person on record.
        theirs: Whom the request names.
        said: Two identifiers of the person on record, from whoever chose them.
        differs_seen: The parts that whoever chose them has seen to differ.

    Raises:
        BadInput: With all that is wrong.
    """
    faults = list(of_identifiers(file, said))
    if file is not None:
        faults += _unseen(file, theirs, differs_seen)
    if faults:
        raise BadInput(faults)


def must_be_seen(found: Sequence[Near], not_these: Collection[str]) -> None:
    """Refuse the answer that somebody is not here while anybody is near whom nobody looked at.

    Raises:
        Refusing: With every one of them.
    """
    faults = [_near(one) for one in found if one.record not in not_these]
    if faults:
        raise Refusing(faults)


def of_identifiers(file: PersonalData | None, said: Mapping[str, str]) -> Iterator[Fault]:
    """Yield each identifier that differs, or that two are wanted."""
    if file is None:
        words = "cannot be compared: no personal data of this person are on file"
        yield bad_field("identifiers", words, "Enter the person's data first.")
        return
    same, differ = matches(file, dict(said))
    for name in differ:
        help = "Choose the person anew, or correct what is on file."
        yield bad_field(name, "is not that of the person on this record", help)
    if len(same) < _NEEDED and not differ:
        words = f"name the person by {len(same)} of the {_NEEDED} that are needed"
        help = "Give two: birth date, booking number, fingerprint number, or the photograph."
        yield bad_field("identifiers", words, help)


def _unseen(file: PersonalData, theirs: PersonalData, seen: Collection[str]) -> Iterator[Fault]:
    for one in likeness(file, theirs):
        if one.how == "differs" and one.part not in seen:
            words = f"does not say that {one.part.replace('_', ' ')} differs"
            help = f"Compare the two; if it is the same person, add `{one.part}`."
            yield bad_field("differs_seen", words, help)


def _near(one: Near) -> Fault:
    agrees = ", ".join(one.agrees).replace("_", " ")
    differs = ", ".join(one.differs).replace("_", " ") or "nothing"
    words = f"may be the person: {agrees} agree, {differs} differs"
    help = f"Compare them. If it is somebody else, add `{one.record}` to `not_these`."
    return Fault("E604", f"record `{one.record}`", words, help)
