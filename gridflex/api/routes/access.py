"""Keys to the workspace, made and revoked; and its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Response

from gridflex.api.models.access import Forgotten, KeyMade, KeyOut, Keys, NewKey
from gridflex.api.visits import COOKIE, Reader, Writer, own

router = APIRouter(prefix="/workspace", tags=["workspace"])

KeyId = Annotated[str, Path(min_length=1, max_length=64)]
OWN = [Depends(own)]


@router.get("/keys")
def list_keys(visit: Reader) -> Keys:
    """The workspace's named keys and when each was last used."""
    found = visit.parts.api_keys.all(visit.workspace.id) if visit.kept else []
    return Keys(keys=[KeyOut.of(key) for key in found])


@router.post("/keys", status_code=201, dependencies=OWN)
def create_key(visit: Writer, wanted: NewKey) -> KeyMade:
    """A new key to this workspace; its text is answered here and never again."""
    made, text = visit.parts.api_keys.create(visit.workspace.id, wanted.name, visit.now)
    return KeyMade(**KeyOut.of(made).model_dump(), key=text)


@router.delete("/keys/{key_id}", dependencies=OWN)
def revoke_key(visit: Writer, key_id: KeyId) -> KeyOut:
    """Revoke a key: from now on it opens nothing."""
    found = visit.parts.api_keys.revoke(visit.workspace.id, key_id, visit.now)
    if found is None:
        raise HTTPException(404, "This workspace has no such key.")
    return KeyOut.of(found)


@router.delete("", dependencies=OWN)
def forget_me(visit: Reader, response: Response) -> Forgotten:
    """Delete the workspace: queue, settings, orders, rules and keys. Of its trail the content goes; the hashes stay.

    So do each row's time, kind and subject, such as a job's name.
    """
    if not visit.kept:
        raise HTTPException(404, "There is no workspace to forget; nothing was kept.")
    head = visit.parts.platform.forget(visit.workspace.id, visit.now, "asked for over the API")
    response.delete_cookie(COOKIE)
    return Forgotten(workspace_id=visit.workspace.id, trail_rows=head.count, trail_head_hash=head.hash)
