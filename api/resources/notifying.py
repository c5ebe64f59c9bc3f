"""One's notifications and how one wants them; an agency's own words; what a case has told whom."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from api import auth
from api.schemas.common import as_instant, decode_cursor, encode_cursor
from api.schemas.notifying import (
    AgencyQuery,
    CaseDeliverySchema,
    EventTextsSchema,
    MailboxQuery,
    NotificationListSchema,
    NotificationSchema,
    PreferenceSchema,
    PreferenceSetSchema,
    PreviewSchema,
    PreviewWantedSchema,
    ReadUntilSchema,
    TextSchema,
    TextVersionSchema,
    UnreadSchema,
)
from api.shell import command, read
from api.strict_json import Blueprint
from services import mailbox
from services.notifications import preferences, proofs, texts

blueprint = Blueprint(
    "notifying", __name__, url_prefix="/api/v1", description="Notifications and their texts"
)


@blueprint.route("/notifications")
class Notifications(MethodView):
    @blueprint.arguments(MailboxQuery, location="query")
    @blueprint.response(200, NotificationListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List one's notifications, newest first."""
        place = decode_cursor(query["cursor"], as_instant, UUID)
        limit = query["limit"]
        found = read(
            lambda session, actor: mailbox.listed(
                session,
                auth.runtime(),
                actor,
                before=place,
                limit=limit + 1,
                search=query["search"].strip(),
                unread_only=query["unread_only"],
            )
        )
        last = found[limit - 1] if len(found) > limit else None
        cursor = encode_cursor(last["sent_at"].isoformat(), last["id"]) if last else None
        return {"items": found[:limit], "next": cursor}


@blueprint.route("/notifications/unread")
class UnreadNotifications(MethodView):
    @blueprint.response(200, UnreadSchema)
    def get(self) -> dict[str, int]:
        """Count one's unread notifications."""
        return {"unread": read(mailbox.unread)}


@blueprint.route("/notifications/read")
class ReadNotifications(MethodView):
    @blueprint.arguments(ReadUntilSchema)
    @blueprint.response(200, UnreadSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Mark read all that one was told up to an instant; the second time changes nothing."""
        return command(
            UnreadSchema,
            lambda session, actor: mailbox.mark_all_read(
                session, auth.runtime(), actor, body["until"]
            ),
        )


@blueprint.route("/notifications/<uuid:notification_id>/read")
class ReadNotification(MethodView):
    @blueprint.response(200, NotificationSchema)
    @blueprint.alt_response(404, description="No such notification of yours")
    def post(self, notification_id: UUID) -> Response:
        """Mark a notification read; the second time changes nothing."""
        return command(
            NotificationSchema,
            lambda session, actor: mailbox.mark_read(
                session, auth.runtime(), actor, notification_id
            ),
        )


@blueprint.route("/me/notification-preferences")
class Preferences(MethodView):
    @blueprint.response(200, PreferenceSchema)
    def get(self) -> Any:
        """Read how one wants to be told, and what may be chosen."""
        return read(lambda session, actor: preferences.shown(session, auth.runtime(), actor))

    @blueprint.arguments(PreferenceSetSchema)
    @blueprint.response(200, PreferenceSchema)
    def put(self, body: dict[str, Any]) -> Response:
        """Set how one wants to be told; what is statutory (ASM-P-62) goes by mail all the same."""
        return command(
            PreferenceSchema,
            lambda session, actor: preferences.change(session, auth.runtime(), actor, body),
        )


@blueprint.route("/cases/<uuid:case_id>/deliveries")
class CaseDeliveries(MethodView):
    @blueprint.response(200, CaseDeliverySchema(many=True))
    @blueprint.alt_response(403, description="Only officials")
    @blueprint.alt_response(404, description="No such case")
    def get(self, case_id: UUID) -> Any:
        """List what the case has told whom, when it was handed over and first read."""
        return read(lambda session, actor: proofs.of_case(session, auth.runtime(), actor, case_id))


@blueprint.route("/notification-texts")
class NotificationTexts(MethodView):
    @blueprint.arguments(AgencyQuery, location="query")
    @blueprint.response(200, EventTextsSchema(many=True))
    @blueprint.alt_response(403, description="Only the agency's process owners")
    @blueprint.alt_response(404, description="No such agency")
    def get(self, query: dict[str, Any]) -> Any:
        """List every event with its places, its default texts, and the agency's own."""
        return read(
            lambda session, actor: texts.listed(session, auth.runtime(), actor, query["agency"])
        )

    @blueprint.arguments(TextSchema)
    @blueprint.response(201, TextVersionSchema)
    @blueprint.alt_response(403, description="Only the agency's process owners")
    @blueprint.alt_response(404, description="No such event")
    @blueprint.alt_response(409, description="Somebody has written a newer version")
    def post(self, body: dict[str, Any]) -> Response:
        """Write the next version of an agency's text; both texts null: back to the default."""
        wanted = texts.Wording(body["event"], body["language"], body["subject"], body["body"])
        return command(
            TextVersionSchema,
            lambda session, actor: texts.write(
                session,
                auth.runtime(),
                actor,
                agency_id=body["agency"],
                wanted=wanted,
                base_version=body["base_version"],
                reason=body["reason"],
            ),
            status=201,
        )


@blueprint.route("/notification-texts/<event>/history")
class NotificationTextHistory(MethodView):
    @blueprint.arguments(AgencyQuery, location="query")
    @blueprint.response(200, TextVersionSchema(many=True))
    @blueprint.alt_response(403, description="Only the agency's process owners")
    def get(self, query: dict[str, Any], event: str) -> Any:
        """List all versions of an agency's text of an event, newest first."""
        return read(lambda session, actor: texts.history(session, actor, query["agency"], event))


@blueprint.route("/notification-texts/preview")
class NotificationTextPreview(MethodView):
    @blueprint.arguments(PreviewWantedSchema)
    @blueprint.response(200, PreviewSchema)
    @blueprint.alt_response(404, description="No such event")
    def post(self, body: dict[str, Any]) -> Any:
        """Show a text with sample values in its places; nothing is kept."""
        wanted = texts.Wording(body["event"], body["language"], body["subject"], body["body"])
        read(lambda _session, _actor: None)
        return texts.preview(auth.runtime(), wanted)
