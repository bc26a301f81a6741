"""The bill of materials (SBOM) of a release, as CycloneDX: what it runs on, and what it carries.

Made from the lock and the list of vendored files, not from whatever happens to be installed; only
the name of a licence is read from a distribution, where that very version is at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, metadata
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools.release.locked import Pin
from tools.release.vendored import Vendored

__all__ = ["bill_of"]


def bill_of(
    version: str, commit: str, at: datetime, pins: Iterable[Pin], carried: Iterable[Vendored]
) -> str:
    """Return the bill of one release, as JSON.

    Args:
        version: Of exeat.
        commit: The source's, in hex.
        at: When that commit was made.
        pins: Of ``requirements/run.lock``.
        carried: What others made and the source carries.
    """
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"exeat {version} {commit}"))
    bom.metadata.timestamp = at
    root = Component(
        type=ComponentType.APPLICATION,
        name="exeat",
        version=version,
        bom_ref=f"exeat@{version}",
        purl=PackageURL("pypi", name="exeat", version=version),
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        properties=[Property(name="exeat:commit", value=commit)],
    )
    bom.metadata.component = root
    locked = tuple(pins)
    runs = _needed(locked)
    parts = {pin.name: _of_pin(pin, pin.name in runs) for pin in locked}
    vendors = [_of_vendored(one) for one in carried]
    for part in (*parts.values(), *vendors):
        bom.components.add(part)
    bom.dependencies.update(_dependencies(root, locked, parts, vendors))
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _needed(pins: tuple[Pin, ...]) -> set[str]:
    """Return what exeat needs to run: what it asks for, and what that asks for in turn."""
    found = {pin.name for pin in pins if pin.asked}
    while more := {p.name for p in pins if p.name not in found and found & set(p.via)}:
        found |= more
    return found


def _of_pin(pin: Pin, runs: bool) -> Component:
    licence = _licence(pin)
    marker = [Property(name="exeat:marker", value=pin.marker)] if pin.marker else []
    purl = PackageURL("pypi", name=pin.name, version=pin.version)
    # A pin has a hash for each file of its release; which of them is installed, the system says.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"https://pypi.org/project/{pin.name}/{pin.version}/#files"),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes],
    )
    return Component(
        type=ComponentType.LIBRARY,
        name=pin.name,
        version=pin.version,
        bom_ref=str(purl),
        purl=purl,
        scope=ComponentScope.REQUIRED if runs else ComponentScope.EXCLUDED,
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
        external_references=[files],
        properties=marker,
    )


def _licence(pin: Pin) -> str:
    """Return what a distribution says of its licence, where that very version is at hand."""
    try:
        said = metadata(pin.name)
    except PackageNotFoundError:
        return ""
    if said["Version"] != pin.version:
        return ""
    named = str(said.json.get("license_expression") or said.json.get("license") or "")
    return "" if "\n" in named or len(named) > 80 else named


def _of_vendored(one: Vendored) -> Component:
    ref = f"vendored:{one.name}"
    return Component(
        type=ComponentType.LIBRARY if one.purl.startswith("pkg:npm") else ComponentType.DATA,
        name=one.name,
        version=one.version,
        bom_ref=ref,
        purl=PackageURL.from_string(one.purl) if one.purl else None,
        scope=ComponentScope.REQUIRED if one.ships else ComponentScope.EXCLUDED,
        licenses=[]
        if one.licence == "NOASSERTION"
        else [LicenseFactory().make_from_string(one.licence)],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(one.origin),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one.origin_sha256)]
                if one.origin_sha256
                else [],
            )
        ],
        properties=[Property(name="exeat:changed", value=one.changed)] if one.changed else [],
        components=[
            Component(
                type=ComponentType.FILE,
                name=path,
                bom_ref=f"{ref}#{path}",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            )
            for path, digest in one.files.items()
        ],
    )


def _dependencies(
    root: Component,
    pins: tuple[Pin, ...],
    parts: dict[str, Component],
    vendors: list[Component],
) -> list[Dependency]:
    asked = [parts[pin.name] for pin in pins if pin.asked]
    found = [Dependency(root.bom_ref, [Dependency(c.bom_ref) for c in (*asked, *vendors)])]
    for name, part in parts.items():
        needs = [parts[pin.name] for pin in pins if name in pin.via]
        found.append(Dependency(part.bom_ref, [Dependency(one.bom_ref) for one in needs]))
    return found
