"""One contract, read and checked: all that is wrong with it, and what it may cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from agents.contracts import money
from agents.contracts.findings import Fault, Finding, field_name
from agents.contracts.names import Surroundings, unknown_names
from agents.contracts.positions import Document, read
from agents.contracts.rules import RULES
from agents.contracts.shape import validated
from agents.contracts.tiers import resolved
from schemas.errors import ContractError
from streams.core.contract import Contract
from streams.core.max_cost import MaxCost, max_cost


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check. Contract and cost are there when the fields are as they must be."""

    file: Path
    contract: Contract | None
    cost: MaxCost | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be mended before the contract can be used."""
        return tuple(found for found in self.findings if found.severity == "error")

    def sound(self) -> Contract:
        """The contract. Raises ContractError with every error, one a line."""
        if self.contract is None or self.errors:
            raise ContractError("\n".join(map(str, self.errors)))
        return self.contract


def check(file: Path, around: Surroundings) -> Checked:
    """Check the contract in `file`. Raises ContractError when it cannot be read at all."""
    document = read(_text(file))
    document = replace(document, value=resolved(document.value))
    contract, misshapen = (None, ()) if document.unreadable else validated(document.value)
    cost = None if contract is None else max_cost(contract, around.prices, around.prompts)
    faults = [*document.faults, *misshapen, *_inconsistent(document, around)]
    if contract is not None and cost is not None:
        faults += money.within_cap(contract, cost, around)
    return Checked(file, contract, cost, tuple(_findings(file, document, faults)))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{file}: cannot be read: {error}; write it as UTF-8 text") from error


def _inconsistent(document: Document, around: Surroundings) -> Iterator[Fault]:
    for rule in (unknown_names, *RULES):
        yield from rule(document.value, around)


def _findings(file: Path, document: Document, faults: list[Fault]) -> list[Finding]:
    """The faults with their lines, as they stand in the file; one a place and reason."""
    found = {
        Finding(
            file,
            document.line(fault.place),
            field_name(fault.place),
            fault.reason,
            fault.instead,
            fault.severity,
        )
        for fault in faults
    }
    return sorted(found, key=lambda finding: (finding.line, finding.field, finding.reason))
