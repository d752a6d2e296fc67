"""Many visitors over raw WebSockets, each moving the threshold slider as a browser would."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LARGEST = 64 * 1024 * 1024
PATIENCE_S = 120
RUNS_A_MOVE = 2
"""A callback may end the run it came in and have its fragments drawn in the next."""


@dataclass
class Visitor:
    """One session: what it knows of the page after its first run."""

    socket: websockets.ClientConnection
    slider: str = ""
    fragment: str = ""
    page: str = ""
    query: str = ""
    states: dict[str, float] = field(default_factory=dict)

    async def open(self) -> None:
        """The first, full run."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        await self.socket.send(message.SerializeToString())
        async for told in self._until_finished():
            if told.WhichOneof("type") == "new_session":
                self.page = told.new_session.page_script_hash
            if told.WhichOneof("type") == "page_info_changed":
                self.query = told.page_info_changed.query_string
            if told.WhichOneof("type") == "delta" and told.delta.new_element.WhichOneof("type") == "slider":
                slider = told.delta.new_element.slider
                if slider.id.endswith("-threshold"):
                    self.slider, self.fragment = slider.id, told.delta.fragment_id
        if not self.slider:
            raise RuntimeError("no threshold slider came with the page")

    async def move(self, value: float) -> float:
        """Move the slider; milliseconds until the chart of the fragment arrived."""
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash, run.fragment_id = self.query, self.page, self.fragment
        state = run.widget_states.widgets.add()
        state.id = self.slider
        state.double_array_value.data.append(value)
        began, arrived = time.perf_counter(), 0.0
        await self.socket.send(message.SerializeToString())
        for _ in range(RUNS_A_MOVE):
            async for told in self._until_finished():
                if told.WhichOneof("type") == "delta" and told.delta.new_element.WhichOneof("type") == "plotly_chart":
                    arrived = time.perf_counter()
            if arrived:
                break
        else:
            raise RuntimeError("the move brought no chart")
        return (arrived - began) * 1e3

    async def _until_finished(self):
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), PATIENCE_S)
            told = ForwardMsg()
            told.ParseFromString(raw)
            yield told
            if told.WhichOneof("type") == "script_finished":
                return


async def connect(url: str) -> Visitor:
    """A visitor whose page has been drawn once."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    socket = await websockets.connect(address, subprotocols=["streamlit"], max_size=LARGEST, origin=url)
    visitor = Visitor(socket)
    await visitor.open()
    return visitor


async def crowd(url: str, visitors: int, rounds: int, spread_s: float) -> list[float]:
    """Every visitor moves once in ``spread_s`` seconds, evenly spaced, for some rounds; all latencies in ms."""
    here = [await connect(url) for _ in range(visitors)]

    async def moves(position: int, visitor: Visitor) -> list[float]:
        taken = []
        await asyncio.sleep(spread_s * position / visitors)
        for turn in range(rounds):
            began = time.perf_counter()
            taken.append(await visitor.move(100.0 + 5 * ((position + 7 * turn) % 30)))
            await asyncio.sleep(max(0.0, spread_s - (time.perf_counter() - began)))
        return taken

    found = await asyncio.gather(*(moves(i, visitor) for i, visitor in enumerate(here)))
    for visitor in here:
        await visitor.socket.close()
    return [ms for each in found for ms in each]
