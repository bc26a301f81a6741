"""What jails call their columns: for each role names and marks against it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["SCHEDULED", "is_person_id", "name_merit", "name_words"]

SCHEDULED: Final = re.compile(
    r"\b(project\w*|proj|sched\w*|expect\w*|exp|tentativ\w*|earliest|latest|max(imum)?|min(imum)?|"
    r"estimat\w*|est|anticipat\w*|plan(ned)?|eligib\w*|elig|due|target|calc\w*|comput\w*|"
    r"presumptive|mandatory|future|potential|good time|erd|prd|tentrel|schd|srd|until)\b"
)
"""Words that make a release one that was planned: it is no release."""

_CHARGE: Final = (
    r"(charge|chrg|chg|hold|count|offen[sc]e|detainer|warrant|dispo(sition)?|disp|case)"
)
_BOOK: Final = r"(book(ing|ed|in)?|bkg?|bkng|bk|intake|admi(t|tted|ssion)|commit(ted|ment)?|incarcerat\w*|confine\w*|jail(ed)?|custody|detention|lodg(ed|ing)|reception|arriv(al|ed)|entry)"
_NUMBER: Final = r"(id|no|num|number|nbr|nmbr|#|key|seq|ref(erence)?|code)"

_ROLES: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "record_id": (
        (rf"\b{_BOOK} ?{_NUMBER}\b", 4),
        (r"^(booking|book|bkg)$", 3.5),
        (r"^id$|^(record|stay|episode|event|spell|visit|cycle|intake|admission|stint) ?(id|no|num|number|nbr)?$", 3),
        (rf"\b(jacket|arrest|inmate|case|cause|incident|control|register|docket|file|spn|pfn|tracking|sheriff|so|jms|oca|transaction|sys(tem)?) ?{_NUMBER}\b", 2),
        (rf"\b(person|offender|defendant|subject|name|mni|sid|permanent|pin|individual|state|unique|anonymi[sz]ed|detainee|prisoner) ?{_NUMBER}\b", 1.6),
        (r"\bid\b|\bkey\b|\buuid\b|\bguid\b|\bidentifier\b|\bcfn\b|\bspn\b|\bpfn\b|\bjacket\b", 1.2),
        (r"\b(charge|chrg|hold|count|offen[sc]e|detainer|court|agency|statute|ori|warrant|officer|sentence|bond|cell|facility|row|line)\b", -6),
        (r"date|time|status|type", -6),
    ),
    "booked_at": (
        (rf"\b{_BOOK}\b", 3),
        (r"\b(jail|date|time|dt|check(ed)?) ?in\b|\bin ?(date|time|dt)\b|^in$|^(start|begin|from)( date| time)?$", 3),
        (r"\b(custody|detention|stay|spell|confinement|jail) (start|begin|began|from)", 3.5),
        (r"\b(recei?v(ed|ing)|rcvd)\b", 1),
        (r"\barrest(ed)?\b", 0.6),
        (r"releas|\bout\b|discharg|\bend(ed|s)?\b|exit|depart|\bleft\b|dispo|birth|served|sentence|court|report|run\b|last|modif|updat|creat|print", -5),
        (rf"\b{_CHARGE}\b", -3),
    ),
    "released_at": (
        (r"\b(releas(e|ed|ing)?|rel|rls|rlsd|rlse|discharged?|disch)\b", 3),
        (r"\b(jail|date|time|dt|check(ed)?) ?out\b|\bout ?(date|time|dt)\b|^out$|\bexit(ed)?\b|\bdepart\w*|\bleft\b|^(end|to|until)( date| time)?$", 3),
        (r"\b(custody|detention|stay|spell|confinement|booking|jail) (end|ended|out|to)\b", 3.5),
        (r"\bactual\b", 1),
        (rf"\b{_CHARGE}\b", -4),
        (r"\b(reason|type|code|by|agency|officer|status|last|modif\w*|updat\w*|to (whom|agency))\b", -5),
    ),
    "ended_at": (
        (rf"\b{_CHARGE}\b.*\b(end|ended|clos\w*|clear\w*|releas\w*|rel|disp\w*|date|dt|time|resol\w*|lift\w*|drop\w*|remov\w*|out|thru|through|to)\b", 3),
        (r"\b(end|ended|clos\w*|clear\w*|lift\w*|cancel\w*|remov\w*|drop\w*|resol\w*)\b.*", 2),
        (r"\bdisp(o|osed|osition)?\b", 2),
        (r"\b(begin|began|start\w*|filed|added|recei\w*|issued?|placed|lodged|offen[sc]e date|arrest|served?|sentence[d]?|court date|hearing|next)\b", -5),
        (r"^(charge|chrg|chg|hold|count|offen[sc]e|warrant|case|detainer)s? (date|dt|time)$", -5),
        (r"\bbook|\bintake|last|modif\w*|updat\w*", -4),
    ),
    "started_at": (
        (rf"\b{_CHARGE}\b.*\b(begin|began|start\w*|added|filed|placed|from|entered)\b", 3),
    ),
    "received_at": (
        (r"\b(detainer|hold|ice|dhs|immigration|request|i ?247\w*)\b.*\b(rec(ei)?v\w*|rcvd?|lodg\w*|in hand|placed)\b", 3),
        (r"\b(rec(ei)?v\w*|rcvd?|lodg\w*)\b.*\b(detainer|hold|ice|dhs|request)\b", 3),
        (r"lift|cancel|end|releas", -4),
    ),
    "served_at": (
        (r"\bserv(ed|ice)\b.*\b(detainer|copy|date|on|at|person|notice)\b|\b(detainer|copy|notice)\b.*\bserved\b", 2.5),
        (r"time served|days|sentence|credit", -5),
    ),
    "charge": (
        (r"\b(charge|chrg|chg|offen[sc]e|crime|violation)s? ?(desc\w*|literal|text|name|title|words|detail)\b", 4),
        (r"\b(hold|detainer)s? ?(desc\w*|literal|text|name|title|reason)\b", 3),
        (r"^(charge|chrg|chg|offen[sc]e|crime|violation)s?( \d)?$", 3.5),
        (r"^(charge|offen[sc]e)s? (or hold|hold)|^hold (or )?charge", 3.5),
        (r"\bdesc(ription)?\b|\bliteral\b", 2),
        (r"\b(charge|chrg|chg|offen[sc]e)\b", 1.2),
        (r"\b(id|no|num|number|nbr|count|level|class|degree|type|cat\w*|code|status|agency|court|sever\w*|grade|statute|section|seq|dispo\w*|disp|bond|bail|amount|reason)\b", -2.2),
    ),
    "disposition": (
        (r"\bdispo(sition)?\b|\bdisp\b", 3),
        (r"\b(release|end|clos\w+|exit|discharge) (reason|type|code|method|how|by)\b|\bhow (released|ended)\b|\boutcome\b|\brelease(d)? (to|why)\b|^reason$|\bresult\b", 2),
        (r"date|time|comment|\bdt\b|officer|agency", -5),
    ),
    "agency": (
        (r"\b(charg\w*|hold(ing)?|detainer|lodging|charge|issuing|requesting|warrant)\b.*\b(agency|auth\w*|jurisdiction|ori|court)\b", 3),
        (r"\b(agency|court|jurisdiction|ori|authority)\b", 2),
        (r"\barrest\w*|officer|judge|date|time|comment|\bno\b|number|address", -4),
    ),
    "statute": (
        (r"\b(statute|section|rcw|ars|ors|penal code|vop|ncic|ucr|law|code section|ordinance)\b", 3),
        (r"\b(charge|offen[sc]e|chrg) (code|no|number)\b", 2),
        (r"\bcode\b", 1),
        (r"dispo|agency|release|status|zip|facility|date|court", -4),
    ),
    "offence_class": (
        (r"\b(class|degree|level|severity|grade|felony|misd\w*|f m|fm)\b", 2.5),
        (r"\b(charge|offen[sc]e|crime) (cat\w*|type|class|level)\b", 3),
        (r"\bcateg\w*\b", 1.5),
        (r"custody|housing|security|inmate|risk|hold type|release|date", -4),
    ),
    "status": (
        (r"\b(custody|inmate|booking|jail|confinement|release) status\b|^in custody$|^status$|^active$", 3),
        (r"charge|case|hold|marital|date|legal|citizen|immig|bond", -4),
    ),
    "release_reason": (
        (r"\b(release|released|discharge|exit|rel|rls) (reason|type|code|method|disp\w*|to|via)\b", 3),
        (r"comment|date|time|charge|officer", -5),
    ),
}  # fmt: skip
_COMPILED: Final = {
    role: tuple((re.compile(pattern), merit) for pattern, merit in marks)
    for role, marks in _ROLES.items()
}
_PERSON: Final = re.compile(
    r"\b(person|offender|defendant|subject|inmate|prisoner|detainee|individual|mni|sid|spn|pfn|"
    r"permanent|name|jacket|state|unique|anonymi[sz]ed)\b"
)


@lru_cache(maxsize=4096)
def name_merit(role: str, words: str) -> float:
    """Return how well a column's name fits a role; zero and less: it does not.

    Args:
        role: A field of a mapping.
        words: The name as words in small letters.

    Examples:
        >>> name_merit("record_id", "booking number") > name_merit("record_id", "inmate id") > 0
        True
        >>> name_merit("released_at", "projected release date") <= 0
        True
    """
    if role == "scheduled_at":
        planned = SCHEDULED.search(words) and re.search(
            r"releas|\bout\b|\brel\b|discharg|date|erd|prd", words
        )
        return 3.0 if planned else 0.0
    if role in ("released_at", "ended_at", "booked_at") and SCHEDULED.search(words):
        return -9.0
    marks = _COMPILED[role]
    merit = max((m for pattern, m in marks if m > 0 and pattern.search(words)), default=0.0)
    if merit <= 0:
        return 0.0
    return merit + sum(m for pattern, m in marks if m < 0 and pattern.search(words))


def is_person_id(words: str) -> bool:
    """Say whether a column's name is that of a person's number and not of a booking's.

    Examples:
        >>> is_person_id("person id"), is_person_id("booking no"), is_person_id("id")
        (True, False, False)
    """
    return bool(_PERSON.search(words)) and not re.search(rf"\b{_BOOK}\b", words)


def name_words(name: str) -> str:
    """Return a column's name as words in small letters.

    Examples:
        >>> name_words("jailIn"), name_words("BKG_NBR"), name_words("chrg_dt2")
        ('jail in', 'bkg nbr', 'chrg dt 2')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=\d)", " ", name)
    return " ".join(re.split(r"[^A-Za-z0-9]+", apart)).strip().lower()
