"""One session over a raw WebSocket that opens pages, presses buttons, moves sliders and uploads, as a browser does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LARGEST = 64 * 1024 * 1024
PATIENCE_S = 60
COOKIE, TOKEN = "_streamlit_xsrf", "X-Xsrftoken"


class PageFailed(Exception):
    """The page showed an exception, or lacked what a visitor would use."""


@dataclass
class Visitor:
    """What a session knows of its page: widgets by label, with the fragment each runs in."""

    socket: websockets.ClientConnection
    web: httpx.AsyncClient
    page: str = ""
    query: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    session: str = ""
    widgets: dict[str, tuple[str, str]] = field(default_factory=dict)
    charts: int = 0
    files: Any = None

    async def open(self, name: str = "") -> float:
        """Go to a page by the end of its address; milliseconds until its run was over."""
        self.widgets.clear()
        return await self._run(self.pages[name] if name else "")

    async def press(self, label: str) -> float:
        """Press the button whose label begins so."""
        found, fragment = self._widget(label)
        return await self._run(self.page, fragment, {found: True})

    async def move(self, label: str, value: float) -> float:
        """Move a slider; the chart beside it has to come back."""
        found, fragment = self._widget(label)
        before = self.charts
        took = await self._run(self.page, fragment, {found: value})
        if self.charts == before:
            raise PageFailed(f"{label}: the move brought no chart")
        return took

    async def upload(self, label: str, name: str, content: bytes) -> float:
        """Give a file to the uploader of a dialog, and run the dialog with it."""
        found, fragment = self._widget(label)
        began = time.perf_counter()
        message = BackMsg()
        wanted = message.file_urls_request
        wanted.request_id, wanted.session_id = str(uuid4()), self.session
        wanted.file_names.append(name)
        await self.socket.send(message.SerializeToString())
        async for told in self._heard("file_urls_response"):
            self.files = told
        urls = self.files.file_urls_response.file_urls[0]
        headers = {TOKEN: self.web.cookies.get(COOKIE) or ""}
        answer = await self.web.put(urls.upload_url, files={"file": (name, content, "text/csv")}, headers=headers)
        answer.raise_for_status()
        await self._run(self.page, fragment, {found: (name, len(content), urls)})
        return (time.perf_counter() - began) * 1e3

    def has(self, label: str) -> bool:
        """Whether the page shows a widget whose label begins so."""
        return any(shown.startswith(label) for shown in self.widgets)

    def _widget(self, label: str) -> tuple[str, str]:
        for shown, found in self.widgets.items():
            if shown.startswith(label):
                return found
        raise PageFailed(f"no {label!r} among {list(self.widgets)}")

    async def _run(self, page: str, fragment: str = "", changed: dict[str, Any] | None = None) -> float:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash, run.fragment_id = self.query, page, fragment
        for name, value in (changed or {}).items():
            state = run.widget_states.widgets.add()
            state.id = name
            if value is True:
                state.trigger_value = True
            elif isinstance(value, tuple):
                file = state.file_uploader_state_value.uploaded_file_info.add()
                file.name, file.size, file.file_id = value[0], value[1], value[2].file_id
                file.file_urls.CopyFrom(value[2])
            else:
                state.double_array_value.data.append(value)
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        again = True
        while again:  # a page that asks for another run is over when that one is
            again = False
            async for told in self._heard("script_finished"):
                self._note(told)
                again = told.WhichOneof("type") == "script_finished" and told.script_finished == _RERUN
        return (time.perf_counter() - began) * 1e3

    def _note(self, told: ForwardMsg) -> None:
        match told.WhichOneof("type"):
            case "new_session":
                self.page, self.session = told.new_session.page_script_hash, told.new_session.initialize.session_id
            case "navigation":
                pages = told.navigation.app_pages
                self.pages = {page.url_pathname: page.page_script_hash for page in pages}
                self.pages["overview"] = next(page.page_script_hash for page in pages if page.is_default)
                self.page = told.navigation.page_script_hash or self.page
            case "page_info_changed":
                self.query = told.page_info_changed.query_string
            case "delta":
                self._element(told)

    def _element(self, told: ForwardMsg) -> None:
        element = told.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise PageFailed(element.exception.message)
        if kind == "plotly_chart":
            self.charts += 1
        if kind in ("button", "slider", "file_uploader"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = (widget.id, told.delta.fragment_id)

    async def _heard(self, last: str) -> AsyncIterator[ForwardMsg]:
        while True:
            told = ForwardMsg()
            told.ParseFromString(await asyncio.wait_for(self.socket.recv(), PATIENCE_S))
            yield told
            if told.WhichOneof("type") == last:
                return


_RERUN = ForwardMsg.FINISHED_EARLY_FOR_RERUN


async def connect(url: str) -> Visitor:
    """A session whose Overview has been drawn."""
    web = httpx.AsyncClient(base_url=url, timeout=PATIENCE_S)
    await web.get("/_stcore/health")
    address = url.replace("http", "ws") + "/_stcore/stream"
    socket = await websockets.connect(address, subprotocols=["streamlit"], max_size=LARGEST, origin=url)  # type: ignore[arg-type]
    visitor = Visitor(socket, web)
    await visitor.open()
    return visitor
