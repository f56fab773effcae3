"""Every error that Tollway raises on purpose.

::

    TollwayError
    ├── RecordError             a record is at fault; it goes to the dead-letter topic
    │   ├── NotFramed           no Confluent framing: wrong magic byte or too short
    │   ├── UnknownSchema       the framing names a schema that nobody here knows
    │   ├── WrongSchema         a known schema, but not one that belongs on this topic
    │   ├── Undecodable         the bytes do not follow their schema
    │   ├── NonConforming       decoded, but a field breaks its contract
    │   ├── TooLarge            the decision on it would not fit into a block
    │   ├── PayloadUnavailable  what it refers to is not in the payload store, or differs
    │   └── Undecided           decoded, but the decision on it broke
    ├── EvidenceCut             a check needs evidence of which only the beginning is kept
    ├── PayloadNotKept          a result could not be put into the payload store
    ├── ToolRefusal             a tool said no for a reason of its own
    ├── NotQuoted               a call has no price, or none for its arguments
    ├── PriceBookError          a price book cannot be used
    ├── ContractError           a workflow's contract cannot be used
    ├── ChainBroken             a ledger does not follow from its blocks
    ├── SourceDamaged           records kept outside Kafka cannot be read back
    ├── WarehouseUnavailable    the warehouse is missing, locked, or of another ledger
    ├── Stalled                 a partition does not get on; its process ends and starts anew
    ├── TooManyDeadLetters      too many records of a topic cannot be handled; its consumer stops
    ├── LetterRefused           a dead letter is not there, or cannot be handled as asked
    ├── BillRefused             a bill cannot be compared with the ledger as it is
    ├── ApprovalUnknown         no question to a person is known by that id
    ├── ValueNotRestored        a placeholder stands for no value that may be had
    ├── VaultUnavailable        the vault of personal data cannot be read or written
    └── SettingError            a setting or the machine needs mending before a start
"""

from __future__ import annotations


class TollwayError(Exception):
    """Root of the tree."""


class RecordError(TollwayError):
    """A record is at fault: `field` says where ("" for the whole record), `reason` why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class NotFramed(RecordError):
    """The value does not begin with the Confluent magic byte and a schema id."""


class UnknownSchema(RecordError):
    """The framing names a schema id that neither the catalogue nor the registry holds."""


class WrongSchema(RecordError):
    """The schema is known but does not belong on this topic."""


class Undecodable(RecordError):
    """The bytes do not follow the schema that they name."""


class NonConforming(RecordError):
    """A decoded value breaks its contract: unknown field, wrong type or out of bounds."""


class TooLarge(RecordError):
    """The decision on a sound record holds more than a block may; the reason says how much."""


class PayloadUnavailable(RecordError):
    """What a record refers to cannot be had from the payload store; the reason says why."""


class Undecided(RecordError):
    """The decision on a sound record broke; the reason is the exception's."""


class EvidenceCut(TollwayError):
    """A whole piece of evidence is needed and only its beginning is kept; the text says which."""


class PayloadNotKept(TollwayError):
    """A result could not be put into the payload store; the text says why."""


class ToolRefusal(TollwayError):
    """A tool refuses for a business reason; the text is the tool's own."""


class NotQuoted(TollwayError):
    """A call has no price, or none for its arguments; the text says what to do."""


class PriceBookError(TollwayError):
    """A price book cannot be used; the text names field, reason and remedy of each error."""


class ContractError(TollwayError):
    """A workflow's contract cannot be used."""


class ChainBroken(TollwayError):
    """A ledger's bytes do not form an unbroken chain."""


class SettingError(TollwayError):
    """A setting or the machine needs mending; the text says how."""


class SourceDamaged(TollwayError):
    """A file of an export does not decode; the text names file and place."""


class WarehouseUnavailable(TollwayError):
    """The warehouse cannot be opened or does not fit its ledger; the text says what to do."""


class Stalled(TollwayError):
    """A partition does not get on; the text says which, since when, and what to look at."""


class TooManyDeadLetters(TollwayError):
    """Too large a share of a topic's records cannot be handled; the text says what to do."""


class LetterRefused(TollwayError):
    """A dead letter is not there or cannot be handled as asked; the text says what to do."""


class BillRefused(TollwayError):
    """A bill cannot be read, or not compared, as it is; the text says what to do."""


class ApprovalUnknown(TollwayError):
    """No question to a person is known by that id; the text says what to do."""


class ValueNotRestored(TollwayError):
    """A placeholder in a tool's argument stands for no value that may be had; the text says why."""


class VaultUnavailable(TollwayError):
    """The vault of personal data cannot be read or written; the text says why."""
