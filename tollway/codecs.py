"""The codec that the settings ask for: ids from a schema registry, or fingerprints."""

from __future__ import annotations

from schemas.catalogue import catalogue
from schemas.codec import Codec
from schemas.topics import topics
from streams.settings import Settings


def open_codec(settings: Settings) -> Codec:
    """The codec of this deployment. Raises SettingError when the registry does not answer."""
    if settings.schema_registry_url is None:
        return Codec()
    from schemas.registry import SchemaRegistry  # noqa: PLC0415  needs an HTTP client

    registry = SchemaRegistry(settings.schema_registry_url)
    ids = registry.register(topics().values(), catalogue(), settings.topic_prefix)
    return Codec(ids=ids, lookup=registry.lookup)
