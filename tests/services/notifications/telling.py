"""What the tests of notifications share: telling people, and looking at what became of it."""

from sqlalchemy import select

from services import notifications, procedures
from services.cases.environment import CaseWorld
from services.db.engine import unit_of_work
from services.db.models import Case, Channel, Delivery, Notification, Person
from services.notifications import preferences, texts

WISHES = {
    "language": "zh", "by_mail": True, "by_sms": False, "by_webhook": False,
    "wants_digest": False, "quiet_from": None, "quiet_to": None, "quiet_on_rest_days": True,
}  # fmt: skip
PHONE = "13800000001"


def notify(runtime, case, logins, key, template="comment_added", **data):
    with unit_of_work(runtime.sessions) as session:
        row = session.get_one(Case, case.id)
        world = CaseWorld(session, runtime, row, procedures.ready(session, row.bundle_hash))
        people = session.scalars(select(Person.id).where(Person.login.in_(logins))).all()
        notifications.notify(world, people, template, data, key=key)


def wish(desk, login, phone=None, **wanted):
    actor = desk.actor(login)
    with unit_of_work(desk.runtime.sessions) as session:
        session.scalars(select(Person).where(Person.login == login)).one().phone = phone
        preferences.change(session, desk.runtime, actor, WISHES | wanted)


def told(runtime, template="comment_added"):
    with unit_of_work(runtime.sessions) as session:
        rows = session.execute(
            select(Person.login)
            .join(Notification, Notification.person_id == Person.id)
            .where(Notification.template == template)
            .order_by(Person.login)
        )
        return [login for (login,) in rows]


def delivery(runtime, channel, template="comment_added"):
    with unit_of_work(runtime.sessions) as session:
        return session.scalars(
            select(Delivery).where(Delivery.channel == channel, Delivery.template == template)
        ).one()


def sms(runtime):
    return runtime.messengers[Channel.SMS]


def write(desk, event, subject, body, base=0, login="lj-owner"):
    actor, agency = desk.actor(login), desk.party("lj-sti")
    with unit_of_work(desk.runtime.sessions) as session:
        return texts.write(
            session,
            desk.runtime,
            actor,
            agency_id=agency,
            wanted=texts.Wording(event, "zh", subject, body),
            base_version=base,
            reason="用语更清楚",
        )
