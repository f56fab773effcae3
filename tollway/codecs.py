"""The codec that the settings ask for: ids from a schema registry, or fingerprints."""

from __future__ import annotations

from schemas.codec import Codec
from streams.settings import Settings


def open_codec(settings: Settings) -> Codec:
    """The codec of this deployment. Raises SettingError when the registry does not answer."""
    if settings.schema_registry_url is None:
        return Codec()
    from schemas.registry import registered_codec  # noqa: PLC0415  needs an HTTP client

    return registered_codec(settings.schema_registry_url, settings.topic_prefix)
