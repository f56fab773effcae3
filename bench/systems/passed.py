"""Whether the runs went where they were meant to: counted on the topics, not taken on trust."""

from __future__ import annotations

from collections import Counter

from aiokafka import TopicPartition

from bench.errors import InvalidMeasurement
from streams.adapters.clients import new_reader
from streams.core.graph import GRAPH, state_topic
from streams.settings import Settings


async def check_passed(settings: Settings, runs: int) -> None:
    """Raises InvalidMeasurement unless every state's topic carried every run."""
    held = await _held(settings)
    missing = [state for state in GRAPH if held[settings.topic_prefix + state_topic(state)] < runs]
    if missing:
        raise InvalidMeasurement(
            f"not every run passed {', '.join(missing)}: the workflow or the graph has changed, "
            "and the benchmark must follow"
        )


async def _held(settings: Settings) -> Counter[str]:
    """How many records the topic of each state holds."""
    reader = new_reader(settings, "bench-count")
    await reader.start()
    try:
        topics = [settings.topic_prefix + state_topic(state) for state in GRAPH]
        numbers = range(settings.partitions)
        asked = [TopicPartition(topic, number) for topic in topics for number in numbers]
        held: Counter[str] = Counter()
        for tp, offset in (await reader.end_offsets(asked)).items():
            held[tp.topic] += offset
        return held
    finally:
        await reader.stop()
