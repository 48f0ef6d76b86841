"""What goes wrong for a caller, with the HTTP status and the code the API answers.

RestockError
├── InvalidRequestError           400  a field is wrong; names each
├── ApplicationError              the codes Wix publishes, and a few more
│   ├── UnauthenticatedError                    401
│   ├── ForbiddenError                          403
│   ├── CaptchaNeededError                      403
│   ├── RequestNotFoundError                    404
│   ├── SubscriptionNotFoundError               404
│   ├── ContactNotFoundError                    404  names the field
│   ├── ShopperNotFoundError                    404
│   ├── LinkTokenNotFoundError                  404
│   ├── FeedNotFoundError                       404
│   ├── RestockNotRunningError                  404
│   ├── ImportNotFoundError                     404
│   ├── LinkInvalidError                        404
│   ├── RequestAlreadyExistsError               409
│   ├── ContactAlreadyExistsError               409
│   ├── AddressInUseError                       409
│   ├── FeedWithoutUrlError                     409
│   ├── ImportNotReadyError                     409
│   ├── IdempotencyKeyReusedError               409
│   ├── BodyTooLargeError                       413
│   ├── UnsupportedMediaTypeError               415
│   ├── RequestToMarkNotFoundError              428
│   ├── CollectionDisabledError                 428
│   ├── AppNotSupportedError                    428
│   ├── TooManyRequestsError                    429  with Retry-After
│   ├── InvalidItemImageUrlError                400
│   ├── InvalidCatalogReferenceOptionsError     400
│   ├── BothReferenceAndIdsError                400
│   └── EngineUnavailableError                  503
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True)
class FieldViolation:
    """One wrong field: its path as in `request.catalogReference.appId`, and what is wrong."""

    field: str
    description: str
    rule_name: str = "INVALID"

    def __str__(self) -> str:
        return f"{self.field}: {self.description}" if self.field else self.description


class RestockError(Exception):
    """Base of everything a caller is told: with which status and code, and about which fields."""

    http_status: int = 500
    code: str = "INTERNAL"
    violations: tuple[FieldViolation, ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})


class InvalidRequestError(RestockError):
    """Some fields of a request are wrong."""

    http_status = 400
    code = "INVALID_REQUEST"

    def __init__(self, *violations: FieldViolation) -> None:
        self.violations = violations
        super().__init__("; ".join(str(violation) for violation in violations))


class ApplicationError(RestockError):
    """A refusal with a code that clients branch on."""

    description: ClassVar[str]

    def __init__(self, description: str = "", **data: Any) -> None:
        self.text = description or self.description
        self.data = data
        super().__init__(self.text)


class UnauthenticatedError(ApplicationError):
    http_status = 401
    code = "UNAUTHENTICATED"
    description = "Send a valid API key in the Authorization or apikey header."


class ForbiddenError(ApplicationError):
    http_status = 403
    code = "PERMISSION_DENIED"
    description = "This API key may not do that."


class CaptchaNeededError(ApplicationError):
    http_status = 403
    code = "CAPTCHA_NEEDED"
    description = "A person has to solve the captcha; send its new token in Captcha-Token."


class RequestNotFoundError(ApplicationError):
    http_status = 404
    code = "NOT_FOUND"
    description = "There is no back in stock notification request with this id."


class SubscriptionNotFoundError(ApplicationError):
    http_status = 404
    code = "SUBSCRIPTION_NOT_FOUND"
    description = "There is no subscription with this id that still waits."


class ContactNotFoundError(ApplicationError):
    """`fields`: the paths of what names contacts that do not exist; `contactId` where it is one."""

    http_status = 404
    code = "CONTACT_NOT_FOUND"
    description = "There is no such contact."

    def __init__(self, *fields: str) -> None:
        super().__init__()
        self.violations = tuple(
            FieldViolation(field, "names no contact", "NOT_FOUND")
            for field in fields or ("contactId",)
        )


class ShopperNotFoundError(ApplicationError):
    http_status = 404
    code = "SHOPPER_NOT_FOUND"
    description = "Nothing is known of this address."


class LinkTokenNotFoundError(ApplicationError):
    http_status = 404
    code = "TOKEN_NOT_FOUND"
    description = "No mail of this shop has a link with this token."


class FeedNotFoundError(ApplicationError):
    http_status = 404
    code = "PRODUCT_FEED_NOT_FOUND"
    description = "There is no product feed for this locale."


class RestockNotRunningError(ApplicationError):
    http_status = 404
    code = "RESTOCK_NOT_RUNNING"
    description = "No such restock is running: it may be over."


class ImportNotFoundError(ApplicationError):
    http_status = 404
    code = "IMPORT_NOT_FOUND"
    description = "There is no import with this id."


class LinkInvalidError(ApplicationError):
    """A link of a mail to a shopper that is forged, cut or old, or whose shopper is erased."""

    http_status = 404
    code = "LINK_INVALID"
    description = "The link does not work."


class RequestAlreadyExistsError(ApplicationError):
    http_status = 409
    code = "BACK_IN_STOCK_NOTIFICATION_REQUEST_ALREADY_EXISTS"
    description = "This address already waits for this item."

    def __init__(self, existing: UUID | None) -> None:
        super().__init__(**({"id": str(existing)} if existing else {}))


class ContactAlreadyExistsError(ApplicationError):
    http_status = 409
    code = "CONTACT_ALREADY_EXISTS"
    description = "Another contact has this address."
    violations = (FieldViolation("email", "is another contact's", "UNIQUE"),)


class AddressInUseError(ApplicationError):
    http_status = 409
    code = "ADDRESS_IN_USE"
    description = (
        "The address cannot be changed now: a mail to it is on its way, or the shopper was told."
    )


class FeedWithoutUrlError(ApplicationError):
    http_status = 409
    code = "PRODUCT_FEED_WITHOUT_URL"
    description = "This product feed was uploaded: upload it again to change it."


class ImportNotReadyError(ApplicationError):
    http_status = 409
    code = "IMPORT_NOT_READY"
    description = "This import does not wait for an answer: see its state."


class BodyTooLargeError(ApplicationError):
    http_status = 413
    code = "BODY_TOO_LARGE"
    description = "The body is larger than allowed."


class UnsupportedMediaTypeError(ApplicationError):
    http_status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    description = "The Content-Type is none that is taken here."


class IdempotencyKeyReusedError(ApplicationError):
    http_status = 409
    code = "IDEMPOTENCY_KEY_REUSED"
    description = "This Idempotency-Key was used with another body in the last 24 hours."


class RequestToMarkNotFoundError(ApplicationError):
    http_status = 428
    code = "BACK_IN_STOCK_NOTIFICATION_REQUEST_NOT_FOUND"
    description = "There is no back in stock notification request with this id."


class CollectionDisabledError(ApplicationError):
    http_status = 428
    code = "REQUEST_COLLECTION_DISABLED"
    description = "Requests are not collected for this app. Call start-collecting first."


class AppNotSupportedError(ApplicationError):
    http_status = 428
    code = "NOT_SUPPORTED_APP_DEF_ID"
    description = "This app id is not a known catalogue. See RESTOCK_CATALOG_APP_IDS."


class TooManyRequestsError(ApplicationError):
    """`retry_after`: in how many seconds there is room again."""

    http_status = 429
    code = "TOO_MANY_REQUESTS"
    description = "Too many requests: try again after the seconds that Retry-After says."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(retry_after)}


class InvalidItemImageUrlError(ApplicationError):
    http_status = 400
    code = "INVALID_ITEM_IMAGE_URL"
    description = "itemDetails.image must be an http(s) URL or a wix:image://v1/ URI."


class InvalidCatalogReferenceOptionsError(ApplicationError):
    http_status = 400
    code = "INVALID_CATALOG_REFERENCE_OPTIONS"
    description = "catalogReference.options cannot be kept."


class BothReferenceAndIdsError(ApplicationError):
    http_status = 400
    code = "REQUEST_CONTAINS_BOTH_CATALOG_REFERENCE_AND_REQUEST_IDS"
    description = "Give catalogReference or requestIds, not both."


class EngineUnavailableError(ApplicationError):
    http_status = 503
    code = "UNAVAILABLE"
    description = "Temporal does not answer at the moment. Nothing was changed; try again."
