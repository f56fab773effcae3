"""The topics of a deployment, made from their data before anything runs."""

from __future__ import annotations

from schemas.topics import topics
from streams.brokers.topics import TopicSpec, ensure_topics
from streams.settings import Settings


async def ensure_all_topics(settings: Settings) -> None:
    """Make what is missing and check what is there. Raises SettingError."""
    await ensure_topics(
        settings,
        [TopicSpec(topic.name, settings.partitions, topic.config) for topic in topics().values()],
    )
