"""What every broker that is started here can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from streams.settings import BrokerKind


class Broker(ABC):
    """A running broker; leaving its `with` block stops it."""

    kind: ClassVar[BrokerKind]
    bootstrap_servers: str

    @abstractmethod
    def stop(self) -> None:
        """End it; a second call does nothing."""

    @abstractmethod
    def is_running(self) -> bool:
        """Whether it is still there."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
