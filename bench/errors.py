"""What can be wrong with a measurement."""

from __future__ import annotations

from schemas.errors import TollwayError


class InvalidMeasurement(TollwayError):
    """What ran is not what was to be measured; its numbers are thrown away."""
