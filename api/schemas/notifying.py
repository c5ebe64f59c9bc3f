"""Notifications on the wire: what one is told and how, agencies' texts, deliveries."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Instant, PageQuery, Strict, text
from services.db.models import Channel, DeliveryState
from services.notifications.texts import MAX_BODY
from services.notifications.wording import LANGUAGES

_TIME = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d$", error="时间应写成 20:00")


def _language() -> fields.String:
    return fields.String(
        required=True, validate=validate.OneOf(LANGUAGES, error="只有 zh（中文）和 en（英文）")
    )


def _text_or_default(max_length: int) -> fields.String:
    length = validate.Length(1, max_length, error=f"须填写，且不超过 {max_length} 字")
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=length,
        metadata={"description": "Null, both of them: back to the default"},
    )


class NotificationSchema(Schema):
    """A message to oneself."""

    id = fields.UUID()
    case_id = fields.UUID(allow_none=True)
    subject = fields.String()
    body = fields.String()
    sent_at = fields.AwareDateTime(format="iso")
    read_at = fields.AwareDateTime(format="iso", allow_none=True)


class NotificationListSchema(Schema):
    """A page of notifications."""

    items = fields.List(fields.Nested(NotificationSchema))
    next = fields.String(allow_none=True)


class MailboxQuery(PageQuery):
    """A page of one's notifications, all or some."""

    search = text(
        100,
        required=False,
        load_default="",
        metadata={"description": "In the number or the title of the case"},
    )
    unread_only = fields.Boolean(load_default=False)


class ReadUntilSchema(Strict):
    """Up to when one has read."""

    until = Instant(
        required=True, format="iso", metadata={"description": "``sent_at`` of the newest seen"}
    )


class UnreadSchema(Schema):
    """How many one has not read."""

    unread = fields.Integer()


class PreferenceSetSchema(Strict):
    """How one wants to be told. In the app one always is."""

    language = _language()
    by_mail = fields.Boolean(required=True)
    by_sms = fields.Boolean(required=True)
    by_webhook = fields.Boolean(
        required=True, metadata={"description": "In the agency's own office system"}
    )
    wants_digest = fields.Boolean(
        required=True,
        metadata={"description": "One mail on working days with all that is not urgent"},
    )
    quiet_from = fields.String(required=True, allow_none=True, validate=_TIME)
    quiet_to = fields.String(required=True, allow_none=True, validate=_TIME)
    quiet_on_rest_days = fields.Boolean(required=True)


class PreferenceSchema(Schema):
    """How one wants to be told, and what may be chosen."""

    language = fields.String()
    by_mail = fields.Boolean()
    by_sms = fields.Boolean()
    by_webhook = fields.Boolean()
    wants_digest = fields.Boolean()
    quiet_from = fields.String(allow_none=True)
    quiet_to = fields.String(allow_none=True)
    quiet_on_rest_days = fields.Boolean()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    offers_sms = fields.Boolean()
    offers_webhook = fields.Boolean()
    default_quiet_from = fields.String()
    default_quiet_to = fields.String()
    digest_at = fields.String()


class CaseDeliverySchema(Schema):
    """One notification on its way to one person by one channel. Addresses are masked."""

    id = fields.UUID()
    person = fields.String()
    channel = fields.Enum(Channel, by_value=True)
    address = fields.String(allow_none=True)
    event = fields.String()
    subject = fields.String()
    body = fields.String()
    content_sha256 = fields.String()
    is_statutory = fields.Boolean()
    state = fields.Enum(DeliveryState, by_value=True)
    attempts = fields.Integer()
    queued_at = fields.AwareDateTime(format="iso")
    delivered_at = fields.AwareDateTime(
        format="iso", allow_none=True, metadata={"description": "Handed over to the provider"}
    )
    failed_at = fields.AwareDateTime(format="iso", allow_none=True)
    read_at = fields.AwareDateTime(
        format="iso", allow_none=True, metadata={"description": "First read, in the app"}
    )
    reference = fields.String(allow_none=True, metadata={"description": "The provider's own"})
    note = fields.String(allow_none=True)


class AgencyQuery(Strict):
    """Which agency's texts."""

    agency = fields.UUID(required=True)


class PlaceSchema(Schema):
    """A place in a text."""

    name = fields.String()
    label = fields.String()
    sample = fields.String()


class EventTextSchema(Schema):
    """The words of an event in a language."""

    language = fields.String()
    default_subject = fields.String()
    default_body = fields.String()
    subject = fields.String()
    body = fields.String()
    is_own = fields.Boolean(metadata={"description": "The agency has words of its own"})
    version = fields.Integer(metadata={"description": "0: never written"})


class EventTextsSchema(Schema):
    """An event people are told of."""

    event = fields.String()
    label = fields.String()
    is_statutory = fields.Boolean()
    is_urgent = fields.Boolean()
    places = fields.List(fields.Nested(PlaceSchema))
    texts = fields.List(fields.Nested(EventTextSchema))


class PreviewWantedSchema(Strict):
    """A text to look at."""

    event = text(64)
    language = _language()
    subject = text(200)
    body = text(MAX_BODY)


class TextSchema(Strict):
    """The next version of an agency's text."""

    agency = fields.UUID(required=True)
    event = text(64)
    language = _language()
    subject = _text_or_default(200)
    body = _text_or_default(MAX_BODY)
    base_version = fields.Integer(
        required=True, strict=True, validate=validate.Range(0, 1_000_000, error="版本号有误")
    )
    reason = text(500)


class TextVersionSchema(Schema):
    """A version of an agency's text."""

    language = fields.String()
    version = fields.Integer()
    subject = fields.String(allow_none=True)
    body = fields.String(allow_none=True)
    reason = fields.String()
    by = fields.String()
    at = fields.AwareDateTime(format="iso")


class PreviewSchema(Schema):
    """A text with sample values."""

    subject = fields.String()
    body = fields.String()
