import asyncio, time
from typing import ClassVar
from pydantic import BaseModel
from schemas.events.case import CaseClosed, CaseOpened
from schemas.events.message import *
from schemas.base import *
from schemas.envelope import Envelope
from services.chassis.config import ServiceConfig
from services.chassis.documents import *
from services.chassis.service import Service
from services.chassis.table import Table
from services.chassis.ids import fresh
from services.chassis import kafka
from datetime import datetime, UTC
from tests.conftest import eventually

class Count(BaseModel):
    n: int = 0

COUNTS = Collection("counts", Count)

class Settings(ServiceConfig):
    service: ClassVar[str] = "followup"

async def test_smoke(backends):
    table = Table()
    @table.on(CaseClosed, COUNTS, id=lambda e: e.case_id)
    def closed(state, event, ctx):
        if event.owner == "boom": raise RuntimeError("bug")
        s = state or Count()
        return Decision(Count(n=s.n + 1))
    s = Service(Settings(**backends.settings()), table, collections=[])
    t=time.time()
    await s.start(); print("start", time.time()-t)
    N=4000
    evs=[Outgoing.of(Envelope(fresh(), "t", f"c{i%500}", datetime.now(UTC), f"c{i%500}", CaseClosed(case_id=f"c{i%500}", conversation=f"c{i%500}", brand="b", owner="boom" if i==7 else "o"))) for i in range(N)]
    t=time.time()
    await s.publisher.publish(evs); print("published", time.time()-t)
    async def done():
        docs = await s.database.find(COUNTS, {})
        return sum(d.state.n for d in docs) >= N-8
    await eventually(done)
    print("handled", time.time()-t)
    from services.chassis import dead
    async def dl():
        return await dead.letters(s.config.cluster, ["followup"])
    t=time.time()
    ls = await eventually(dl, timeout_seconds=120)
    print(time.time()-t, ls[0].reason, ls[0].attempts)
    await s.stop()
