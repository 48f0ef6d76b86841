"""Contacts: made, read, changed and erased by the owner."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field, StringConstraints

from api.auth import Owner
from api.fields import Email, Model
from api.reference import followed_by, problem_replies
from api.request_workflows import end_workflows
from api.services import Served
from api.voyado import PREFIX
from api.voyado.fields import ContactId, FreeJson, FreeObject, OrNone, Shown
from domain.errors import ContactAlreadyExistsError, ContactNotFoundError
from domain.locales import Locale
from domain.text import Storable
from store.records import Contact, ContactDetails

router = APIRouter(prefix="/contacts", tags=["Voyado: contacts"])

PersonName = Annotated[str, StringConstraints(min_length=1, max_length=200), Storable]


class _DetailsBody(Model):
    locale: OrNone[Locale] = None
    first_name: OrNone[PersonName] = None
    last_name: OrNone[PersonName] = None
    attributes: FreeObject | None = Field(
        default=None,
        description="What conditions may ask for as `contact.<attribute>`: at most 8 levels deep "
        "and 4,096 characters long as JSON.",
    )
    consent: FreeJson = Field(
        default=None,
        description="The record of the contact's consent, within the same limits.",
    )

    def given(self) -> dict[str, Any]:
        """What the body gives, as the fields of `ContactDetails`."""
        given = self.model_dump(exclude_unset=True)
        if given.get("attributes", ...) is None:
            given["attributes"] = {}
        return given


class NewContactBody(_DetailsBody):
    """A contact to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "shopper@example.com",
                    "locale": "sv-SE",
                    "firstName": "Kim",
                    "lastName": "Berg",
                    "attributes": {"vip": True},
                    "consent": {"source": "checkout", "on": "2023-12-07"},
                }
            ]
        }
    )

    email: Email


class ContactChangeBody(_DetailsBody):
    """The fields to change; the others stay, and `null` clears one.

    Attributes and consent are replaced as a whole.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"locale": "sv-SE", "attributes": {"vip": False}}]}
    )

    # Made by a factory, so that the reference shows no default.
    email: Email = Field(default_factory=str)


class ContactBody(Model):
    """A contact."""

    id: UUID
    email: str
    locale: str | None
    first_name: str | None
    last_name: str | None
    attributes: dict[str, Any]
    consent: Any
    created_on: Shown
    updated_on: Shown

    @classmethod
    def of(cls, contact: Contact) -> Self:
        details = contact.model_dump(include=set(ContactDetails.model_fields))
        return cls(
            id=contact.id,
            created_on=contact.created_date,
            updated_on=contact.updated_date,
            **details,
        )


@router.post(
    "",
    status_code=201,
    summary="Create a contact",
    responses={
        **problem_replies(),
        200: {"model": ContactBody, "description": "The contact that has this address already."},
        **followed_by(
            201,
            "contactId",
            "$response.body#/id",
            "getContact",
            "changeContact",
            "listSubscriptions",
            "eraseContact",
        ),
    },
)
async def create_contact(
    body: NewContactBody, caller: Owner, services: Served, reply: Response
) -> ContactBody:
    """One contact per address; one that exists is answered as it is."""
    details = ContactDetails(**body.given())
    contact, is_new = await services.store.contacts.create_or_find(caller.site, details)
    reply.status_code = 201 if is_new else 200
    reply.headers["Location"] = f"{PREFIX}/contacts/{contact.id}"
    return ContactBody.of(contact)


@router.get("", summary="Find a contact", responses=problem_replies(ContactNotFoundError))
async def find_contact(
    email: Annotated[Email, Query(description="The contact's address.")],
    caller: Owner,
    services: Served,
) -> ContactBody:
    """The contact with this address."""
    contact = await services.store.contacts.find(caller.site, email)
    if contact is None:
        raise ContactNotFoundError("email")
    return ContactBody.of(contact)


@router.get(
    "/{contactId}", summary="Get a contact", responses=problem_replies(ContactNotFoundError)
)
async def get_contact(contact_id: ContactId, caller: Owner, services: Served) -> ContactBody:
    """The contact with this id."""
    contact = await services.store.contacts.get(caller.site, contact_id)
    if contact is None:
        raise ContactNotFoundError()
    return ContactBody.of(contact)


@router.patch(
    "/{contactId}",
    summary="Change a contact",
    responses=problem_replies(ContactNotFoundError, ContactAlreadyExistsError),
)
async def change_contact(
    contact_id: ContactId, body: ContactChangeBody, caller: Owner, services: Served
) -> ContactBody:
    """Change what is given. The contact's requests go to a changed address too."""
    contacts = services.store.contacts
    return ContactBody.of(await contacts.change(caller.site, contact_id, body.given()))


@router.delete(
    "/{contactId}",
    status_code=204,
    summary="Erase a contact",
    responses=problem_replies(ContactNotFoundError),
)
async def erase_contact(contact_id: ContactId, caller: Owner, services: Served) -> None:
    """Delete the contact with its requests, their history, its inbox lines and purchases."""
    erased = await services.store.shoppers.erase_contact(caller.site, contact_id)
    await end_workflows(services, erased.withdrawn)
