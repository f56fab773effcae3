"""The till: what was paid back, in a database."""

from workflows.small_refund.till.till import Till, open_till

__all__ = ["Till", "open_till"]
