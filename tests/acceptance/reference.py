"""Write docs/reference: commands, settings and the HTTP API, as the code has them.

`python -m tests.acceptance.reference` writes the pages anew; a test holds them to the code.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from exeat.cli._lazy import Listed, real
from exeat.cli.table import ACCOUNT_COMMANDS, COMMANDS, LAW_COMMANDS, PLACE_COMMANDS
from exeat.desk.api.site import PREFIX, openapi
from exeat.facts.events import EVENT_KINDS
from exeat.i18n.words import words as texts
from exeat.office.asking import Field
from exeat.office.register import ACTS
from exeat.office.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
_MADE: Final = "Made from the code by `make record`; a test holds it to the code.\n"
_BESIDE_SETTINGS: Final = {
    "EXEAT_DATA": "Folder of the private database and the keys; `--data` of a command goes before.",
    "EXEAT_DATABASE_URL": "A cluster of your own, as an administrator of it; left out: the private "
    "server in the data folder.",
    "EXEAT_DESK_PASSWORD": "Password of the desk's own login there.",
    "EXEAT_VAULT_KEY_FILE": "File of the vault key, where it lies elsewhere.",
    "EXEAT_VAULT_KEY": "The vault key itself, as text; `exeat rekey` cannot change one given so.",
    "EXEAT_LOG_NAME": "Name of the log in its checkpoints and keys; set before the first start; "
    "left out: a new one of its own.",
}
"""What is read before there are settings, each with what it is for."""


_FAMILIES: Final = {
    "E1": "A custody record, or its events",
    "E2": "The law, and the profile of a place",
    "E3": "An export, or its mapping",
    "E4": "A command, or a setting",
    "E5": "The ledger, the vault and the database",
    "E6": "The desk",
}
"""What each hundred of error codes is about."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown, or nothing where it would be empty."""
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    if not lines:
        return ""
    heads = list(head)
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *lines, ""])


def commands() -> str:
    """Return the page of commands."""
    parts = [
        "# Commands\n",
        _MADE,
        "Every command takes `--help`. Exit codes: `0` answered; `1` a check found faults; `2` the "
        "input or the\ncommand cannot be used. A command that has others says so below. What is "
        "wrong goes to standard\nerror, each fault with a code and what would do.\n",
    ]
    groups = (
        ("", COMMANDS),
        ("law ", LAW_COMMANDS),
        ("place ", PLACE_COMMANDS),
        ("account ", ACCOUNT_COMMANDS),
    )
    parts += [_command(f"exeat {group}", one) for group, listed in groups for one in listed]
    return "\n".join(parts)


def _command(prefix: str, listed: Listed) -> str:
    command = real(listed)
    told, _, examples = command.help.partition("\n\nExamples:\n")
    words = [part.metavar or f"{{{part.name}}}" for part in _of(command, "argument")]
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    blocks = [
        f"## {prefix}{listed.name}\n",
        re.sub(r"({.+})", r"`\1`", told) + "\n",
        f"```text\n{' '.join([prefix + listed.name, '[OPTIONS]', *words])}\n```\n",
        table(
            ("argument", "what it is"),
            (
                (f"`{one.name}`", f"{one.help or ''}{'' if one.required else ' May be left out.'}")
                for one in _of(command, "argument")
            ),
        ),
        table(("option", "what it does", "left out"), map(_option, _of(command, "option"))),
        "```console\n" + "".join(f"$ {line}\n" for line in lines) + "```\n" if lines else "",
    ]
    return "\n".join(block for block in blocks if block)


def _of(command: Any, kind: str) -> Iterator[Any]:
    return (one for one in command.params if one.param_type_name == kind and not one.hidden)


def _option(option: Any) -> tuple[str, str, str]:
    names = "`, `".join([*option.opts, *option.secondary_opts])
    told = option.help or ""
    if option.envvar:
        told += f" Also `{option.envvar}`."
    shown = option.show_default if isinstance(option.show_default, str) else option.default
    if option.required:
        left_out = "needed"
    else:
        left_out = "" if shown in (None, False, "", ()) else f"`{_said(shown)}`"
    return f"`{names}`", told, left_out


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def settings() -> str:
    """Return the page of settings."""
    told = inspect.getdoc(Settings) or ""
    attributes = told.partition("Attributes:\n")[2].replace("\n        ", " ")
    described = dict(re.findall(r"^ {4}(\w+): (.+)$", attributes, re.MULTILINE))
    rows = []
    for name, default in vars_of(Settings()).items():
        left_out = "" if default is None else f"`{_said(default)}`"
        rows.append((f"`EXEAT_{name.upper()}`", described[name].replace("``", "`"), left_out))
    return "\n".join(
        [
            "# Settings\n",
            _MADE,
            "Each is an environment variable of `exeat serve`. What cannot be read is refused at "
            "the start,\nall of it at once. A `yes` is written `1`.\n",
            "## Where the data and the keys are\n",
            table(("variable", "what it is"), ((f"`{k}`", v) for k, v in _BESIDE_SETTINGS.items())),
            "Keep these out of any log and any backup: the vault key opens every content, and the\n"
            "address of the database holds a password.\n",
            "## How the desk runs\n",
            table(("variable", "what it is", "left out"), rows),
        ]
    )


def vars_of(one: Settings) -> dict[str, Any]:
    """Return the settings by name, in the order in which they are written."""
    return {name: getattr(one, name) for name in type(one).model_fields}


def api() -> str:
    """Return the page of the HTTP API."""
    schema = openapi()
    parts = [
        "# HTTP API\n",
        _MADE,
        f"{schema['info']['description']} The whole of it, as OpenAPI, is at "
        "`/api/v1/openapi.json` of a\nrunning desk.\n",
        "Another system sends its key as `Authorization: Bearer KEY`; an administrator makes keys "
        "at\n`/agencies`. A key does what its role may do, and no more. Every path below begins "
        f"with\n`{PREFIX}`.\n",
        "```console\n"
        '$ curl -H "Authorization: Bearer $KEY" https://desk.example/api/v1/board\n'
        "```\n",
    ]
    tags: dict[str, list[tuple[str, ...]]] = {}
    for path, methods in schema["paths"].items():
        for method, one in methods.items():
            tags.setdefault(one["tags"][0], []).append(_operation(method, path, one))
    for tag, operations in tags.items():
        parts += [f"## {tag.capitalize()}\n"]
        parts += [table(("call", "what it does", "takes", "gives"), operations)]
    parts += ["## Bodies\n", "What is marked with a star is needed.\n"]
    wanted = _bodies(schema)
    parts += [_body(name, schema["components"]["schemas"][name]) for name in wanted]
    codes = _errors(schema)
    parts += ["## Errors\n", table(("status", "what it means"), codes)]
    return "\n".join(parts)


def _operation(method: str, path: str, one: dict[str, Any]) -> tuple[str, ...]:
    takes = [f"[{name}](#{name.lower()})" for name in _names(one.get("requestBody", {}))]
    takes += [f"`{each['name']}`" for each in one.get("parameters", ()) if each["in"] == "query"]
    code = next(code for code in one["responses"] if code < "300")
    given = [f"`{name}`" for name in _names(one["responses"][code])[:1]]
    return (
        f"`{method.upper()}` `{path.removeprefix(PREFIX)}`",
        " ".join(one["description"].split()),
        ", ".join(takes),
        " ".join([code, *given]),
    )


def _names(part: Any) -> list[str]:
    """Return the schemas that a part of the OpenAPI names, in its order."""
    return list(dict.fromkeys(re.findall(r"#/components/schemas/([\w-]+)", repr(part))))


def _bodies(schema: dict[str, Any]) -> list[str]:
    """Return every schema that a body holds, those that bodies name among them."""
    todo = [
        name
        for methods in schema["paths"].values()
        for one in methods.values()
        for name in _names(one.get("requestBody", {}))
    ]
    found: list[str] = []
    while todo:
        name = todo.pop(0)
        if name not in found:
            found.append(name)
            todo += _names(schema["components"]["schemas"][name])
    return sorted(found)


def _body(name: str, schema: dict[str, Any]) -> str:
    told = " ".join(schema.get("description", "").split())
    head = f"### {name}\n\n{told}\n" if told else f"### {name}\n"
    if "enum" in schema:
        return f"{head}\nOne of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"
    rows = []
    for field, one in schema.get("properties", {}).items():
        star = "*" if field in schema.get("required", ()) else ""
        rows.append((f"`{field}`{star}", _kind(one), " ".join(one.get("description", "").split())))
    return f"{head}\n{table(('field', 'what it holds', 'what it says'), rows)}"


def _kind(one: dict[str, Any]) -> str:
    """Return what a field holds, in a few words."""
    if "$ref" in one:
        [name] = _names(one)
        return f"[{name}](#{name.lower()})"
    if "anyOf" in one or "oneOf" in one:
        kinds = [_kind(each) for each in one.get("anyOf", one.get("oneOf", []))]
        return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "nothing"))
    if one.get("type") == "array":
        return f"list of {_kind(one.get('items', {}))}"
    if "const" in one:
        return f"`{one['const']}`"
    words = {"string": "text", "integer": "number", "boolean": "yes or no", "null": "nothing"}
    kind = one.get("format", words.get(one.get("type", ""), one.get("type", "anything")))
    return {"date-time": "time, with offset", "date": "day"}.get(kind, kind)


def _errors(schema: dict[str, Any]) -> list[tuple[str, str]]:
    codes = {
        code: answer["description"]
        for methods in schema["paths"].values()
        for one in methods.values()
        for code, answer in one["responses"].items()
        if code >= "400"
    }
    return [(f"`{code}`", codes[code]) for code in sorted(codes)]


def acts() -> str:
    """Return the page of the acts of the desk."""
    words = texts("en")
    parts = [
        "# Acts\n",
        _MADE,
        "An act is an event, described once, in `src/exeat/office/register.py`; `exeat acts` lists "
        "the same.\nWhat is marked with a star is needed on the form. Systems send an act that "
        "enters an event to\n`POST /api/v1/records/{record}/events`, with the event's kind and "
        "without its envelope. On a\nperson's page the acts stand under the heading that is "
        "named.\n",
    ]
    for one in ACTS.values():
        tag = next((kind for kind, made in EVENT_KINDS.items() if made is one.enters), "")
        said = [
            f"Who may: {', '.join(sorted(role.value for role in one.roles))}; "
            f"a key with the scope `{one.scope.value}`."
        ]
        said += [f"Enters the event `{tag}`."] if tag else []
        if one.section:
            heading = words(f"menu.{one.section}")
            said.append(f"On a person's page: {heading}, *{words(f'act.{one.name}.short')}*.")
        said += [f"Its own path: `/records/{{record}}/{one.path}`."] if one.path else []
        parts.append(f"## {one.name}\n\n{one.says} {' '.join(said)}\n")
        rows = [
            (f"`{each.at}`{'*' if each.required else ''}", _asks(each), each.about)
            for each in one.fields
        ]
        parts.append(table(("part", "what it holds", "what it says"), rows))
    return "\n".join(part for part in parts if part)


def _asks(one: Field) -> str:
    """Return what a field of an act holds."""
    if one.codes is not None:
        codes = ", ".join(f"`{code.value}`" for code in one.codes)
        return f"{'some' if one.kind == 'codes' else 'one'} of {codes}"
    return {
        "text": "a code" if one.mono else "text",
        "long": "words",
        "time": "a time",
        "about": "a day, or about when",
        "date": "a day",
        "tick": "yes, if it is so",
        "truth": "yes, no, or not known",
        "yes-no": "yes or no",
        "pick": "one of those there are",
        "picks": "some of those there are",
        "rows": "a list",
        "entry": "the event as it should read",
    }[one.kind]


def codes() -> str:
    """Return the page of error codes."""
    parts = [
        "# Error codes\n",
        _MADE,
        "Every fault has a code that keeps its meaning, so that a program may rely on it. The "
        "message says more:\nwhere, and what was seen there.\n",
    ]
    t = texts("en")
    for family, about in _FAMILIES.items():
        known = [f"{family}{n:02}" for n in range(100) if t.has(f"fault_code.{family}{n:02}")]
        said = [(f"`{code}`", f"fault_code.{code}") for code in known]
        rows = [(code, t(key), t(f"{key}.do")) for code, key in said]
        parts += [f"## {family}xx: {about}\n", table(["code", "means", "what to do"], rows)]
    return "\n".join(parts)


PAGES: Final = {
    "commands.md": commands,
    "acts.md": acts,
    "settings.md": settings,
    "api.md": api,
    "errors.md": codes,
}
"""Each generated page, and what makes it."""

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
