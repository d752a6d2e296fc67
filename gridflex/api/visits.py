"""Whose workspace a request is about: by its key, or a demo that is written nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.api.keys import LIFE, Holder, Key, token_of, visitor_key
from gridflex.api.parts import Parts, Shared
from gridflex.domain.controls import Controls
from gridflex.errors import Conflict
from gridflex.services.demo_workspace import DEMO_SEED, demo_workspace
from gridflex.services.workspace import QueueKind, Workspace
from gridflex.store.workspaces import workspace_id

HEADER = "X-GridFlex-Key"
COOKIE = "gridflex_key"
CHALLENGE = {"WWW-Authenticate": "Bearer"}

by_header = APIKeyHeader(name=HEADER, auto_error=False, description="The operator's key, a named one, or a visitor's.")
by_bearer = HTTPBearer(auto_error=False, description="The same key as a bearer token.")
by_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="A visitor's key, as the browser keeps it.")


@dataclass(frozen=True, eq=False)
class Visit:
    """One request's workspace at ``now``. ``kept`` is False for the demo shown to who brings no key."""

    parts: Parts
    now: datetime
    workspace: Workspace

    @property
    def kept(self) -> bool:
        """Whether the workspace is in the store."""
        return self.workspace.version > 0

    @property
    def view(self) -> GridView:
        """The grid for the workspace's site and tariff."""
        here = self.workspace
        return self.parts.platform.grid.view(here.site.region, self.now, here.tariff)

    def decisions(self, controls: Controls | None = None) -> Decisions:
        """What is decided for the queue; writes nothing."""
        found = self.parts.platform.desk.decide(self.workspace, self.view, controls)
        self.parts.meter.decisions.add(found.took_ms)
        return found

    def at(self, workspace: Workspace) -> Visit:
        """The same visit after a change."""
        return Visit(self.parts, self.now, workspace)


Header = Annotated[str | None, Depends(by_header)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(by_bearer)]
Cookie = Annotated[str | None, Depends(by_cookie)]


@dataclass(frozen=True, eq=False)
class Asked:
    """The key a request brings, when, and the workspace it opens; ``key`` None where there is none to go by."""

    parts: Parts
    now: datetime
    key: Key | None = None
    workspace: Workspace | None = None


def asked(parts: Shared, header: Header, bearer: Bearer, cookie: Cookie) -> Asked:
    """Read the key. Raises HTTPException 401 for one that opens nothing; a stale cookie counts as no key."""
    now = parts.platform.clock()
    given = header or (bearer.credentials if bearer else None)
    key = parts.keys.read(given or cookie or "", now) or _named(parts, given or "", now)
    workspace = _found(parts, key, now)
    if workspace or (key and key.holder is Holder.OPERATOR):
        return Asked(parts, now, key, workspace)
    if given is not None:
        raise HTTPException(401, "This key is not known, or no longer; leave it out to look around.", CHALLENGE)
    return Asked(parts, now)


Who = Annotated[Asked, Depends(asked)]


def reader(who: Who) -> Visit:
    """The key's workspace, else the demo of this half-hour: reading creates nothing."""
    return Visit(who.parts, who.now, who.workspace or who.parts.platform.desk.replayed(who.now))


async def allow_change(who: Who) -> Asked:
    """Whether this key may change anything. Raises HTTPException 401 or 403."""
    if not who.parts.keys.operators:
        return who
    if who.key is None:
        raise HTTPException(401, f"Changes need one of the operator's keys, in the header {HEADER}.", CHALLENGE)
    if who.key.holder is Holder.VISITOR:
        raise HTTPException(403, "Here only the operator's keys may change anything, and named keys their workspace.")
    return who


Changer = Annotated[Asked, Depends(allow_change)]


async def operate(who: Changer) -> Asked:
    """Whether this key may do what is not about one workspace. Raises HTTPException 403 for a workspace's own."""
    if who.parts.keys.operators and who.key and who.key.holder is not Holder.OPERATOR:
        raise HTTPException(403, "Here only the operator's keys may do this.")
    return who


async def own(who: Changer) -> Asked:
    """Whether this key may make keys, and end its workspace. Raises HTTPException 403 for a named key."""
    if who.key and who.key.holder is Holder.NAMED:
        raise HTTPException(403, "A named key cannot do this: use the workspace's own, or the System page.")
    return who


Operator = Annotated[Asked, Depends(operate)]


def writer(who: Changer, request: Request, response: Response) -> Visit:
    """The key's workspace; a new visitor gets one for a day, and its key in the answer's header and a cookie."""
    if who.workspace is not None:
        return Visit(who.parts, who.now, who.workspace)
    if who.key is not None:
        return Visit(who.parts, who.now, _begun(who, who.key.token))
    fresh = visitor_key(who.now)
    life, secure = int(LIFE.total_seconds()), request.url.scheme == "https"
    response.set_cookie(COOKIE, fresh, life, httponly=True, samesite="strict", secure=secure)
    response.headers[HEADER] = fresh
    return Visit(who.parts, who.now, _begun(who, token_of(fresh)))


def _found(parts: Parts, key: Key | None, now: datetime) -> Workspace | None:
    """The key's workspace as it is kept, its plan brought up to now."""
    if key is None:
        return None
    if key.holder is Holder.NAMED:
        return parts.platform.desk.find(key.workspace, now)
    kept = parts.workspaces.load(key.token)
    if kept is None:
        return None
    return parts.platform.desk.taken_up(kept, now, key.token)


def _named(parts: Parts, text: str, now: datetime) -> Key | None:
    """The key of that text that a workspace has made; None for none, and for a revoked one."""
    found = parts.api_keys.use(text, now)
    return Key(Holder.NAMED, "", found.workspace_id) if found else None


def _begun(who: Asked, token: str) -> Workspace:
    """A new workspace with the demo queue; who comes second of two takes up the first one's."""
    desk = who.parts.platform.desk
    fresh = demo_workspace(token, workspace_id(token), who.now, DEMO_SEED, QueueKind.DEMO)
    try:
        return desk.adopt(fresh, Controls(), who.now, "the workspace was opened over the API")
    except Conflict:
        return desk.open(token, who.now)


Reader = Annotated[Visit, Depends(reader)]
Writer = Annotated[Visit, Depends(writer)]
