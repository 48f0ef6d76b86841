"""`/v1/policy`: what happens when an item comes back."""

from fastapi import APIRouter

from api.auth import Owner
from api.own.policy_bodies import PolicyBody
from api.services import Served

router = APIRouter(prefix="/policy", tags=["Restock"])


@router.get("", summary="Get the policy")
async def get_policy(caller: Owner, services: Served) -> PolicyBody:
    """The whole policy of the site."""
    return PolicyBody.of(await services.store.sites.policy(caller.site))


@router.patch("", summary="Change the policy")
async def change_policy(body: PolicyBody, caller: Owner, services: Served) -> PolicyBody:
    """Change some fields; the reply is the whole policy.

    Applies to requests already waiting, and to restocks that run: from their next page on.
    """
    changed = await services.store.sites.change_policy(caller.site, body.changes())
    return PolicyBody.of(changed)
