"""All that the operator's page is made of, put together (I4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI

from services.chassis.clock import Clock
from services.chassis.kafka import Cluster, Publisher
from services.desk.gateway.channels import ChannelWatch
from services.desk.gateway.dead_letters import DeadLetters
from services.desk.gateway.flow import FlowWatch
from services.desk.gateway.health import Services


@dataclass(frozen=True, slots=True)
class Operations:
    """What looks at the system. `trace_url` is a tracing backend's address, with `{trace_id}` in it; empty: there is none."""

    cluster: Cluster
    flow: FlowWatch
    services: Services
    letters: DeadLetters
    channels: ChannelWatch
    trace_url: str

    @classmethod
    def of(
        cls,
        cluster: Cluster,
        publisher: Publisher,
        clock: Clock,
        urls: Mapping[str, str],
        token: str,
        own: FastAPI,
        trace_url: str,
    ) -> "Operations":
        """Nothing is asked of anybody yet."""
        return cls(
            cluster,
            FlowWatch(cluster, clock),
            Services(urls, token, own),
            DeadLetters(cluster, publisher, clock),
            ChannelWatch(cluster),
            trace_url,
        )

    def trace_link(self, trace_id: str) -> str:
        """Where the tracing backend shows it; empty without one."""
        return self.trace_url.replace("{trace_id}", trace_id) if self.trace_url else ""

    async def close(self) -> None:
        """Let go of broker and services."""
        await self.flow.close()
        await self.letters.close()
        await self.services.close()
