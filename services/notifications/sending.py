"""What a worker does with one delivery: begin, hand over between two transactions, end.

Takes no session: an outside system is spoken to while no transaction is open.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from services.db.engine import unit_of_work
from services.db.models import Channel, Delivery
from services.gateways.mail import Mail
from services.gateways.messages import Message, MessageRefusedError, Receipt
from services.notifications import deliveries, digests, legacy
from services.notifications.deliveries import Outgoing
from services.runtime import Runtime
from workflows.errors import IncidentError, RetryableError

_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Order:
    """A job's wish that something goes out.

    ``begun``: marked as being sent already. ``is_last``: no worker tries again after a failure.
    ``finish`` ends the job, if it is still this worker's, in the session's transaction;
    ``finish_with`` in one of its own, together with an UPDATE.
    """

    job_id: UUID
    payload: dict[str, Any]
    begun: Outgoing | None
    is_last: bool
    finish: Callable[[Session], object]
    finish_with: Callable[[Update, dict[str, Any]], None]


def begin(session: Session, payload: dict[str, Any]) -> Outgoing | None:
    """Mark the delivery that a job names as being sent, in the transaction that claims the job.

    None: it is one that ``run`` looks at itself, a digest for example.
    """
    return deliveries.begin(session, UUID(payload["delivery"])) if "delivery" in payload else None


def run(runtime: Runtime, order: Order) -> None:
    """Hand one delivery over, then finish its job in the transaction that marks it.

    Raises RetryableError, IncidentError (the provider refuses for good).
    """
    outgoing = order.begun or _begun(runtime, order)
    if outgoing is None:
        return
    try:
        receipt = hand_over(runtime, outgoing)
    except (RetryableError, MessageRefusedError) as error:
        is_refused = isinstance(error, MessageRefusedError)
        _note(runtime, outgoing.id, str(error), for_good=order.is_last or is_refused)
        if is_refused:
            text = "通知的接收方系统拒绝接收，请换其他方式送达"
            raise IncidentError("DELIVERY", outgoing.channel.value, text) from error
        raise
    _end(runtime, outgoing, receipt, order)


def _end(runtime: Runtime, outgoing: Outgoing, receipt: Receipt | None, order: Order) -> None:
    """Mark a delivery as handed over. A database that is away is waited for, while the lease lasts.

    Nobody else knows that it has gone out: whoever took it up again would send it again.
    """
    reference = receipt.reference if receipt else None
    marking = deliveries.handing_over(outgoing, reference, runtime.clock.now())
    until = time.monotonic() + runtime.settings.lease_seconds
    while True:
        try:
            order.finish_with(*marking)
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _begun(runtime: Runtime, order: Order) -> Outgoing | None:
    """Begin what the claim did not; what is not to go out by itself is finished at once."""
    with unit_of_work(runtime.sessions) as session:
        outgoing = begin(session, order.payload) or _gathered(session, runtime, order)
        if outgoing is None:
            order.finish(session)
    return outgoing


def _gathered(session: Session, runtime: Runtime, order: Order) -> Outgoing | None:
    if "delivery" in order.payload:
        delivery = session.get(Delivery, UUID(order.payload["delivery"]))
    else:
        delivery = legacy.delivery(session, runtime, order.payload, order.job_id)
    if delivery is not None and delivery.is_for_digest:
        delivery = digests.gathered(session, runtime, delivery)
    return None if delivery is None else deliveries.begin(session, delivery.id)


def hand_over(runtime: Runtime, outgoing: Outgoing) -> Receipt | None:
    """Give a delivery to its channel; a provider that can be asked is asked first if need be.

    A mail server cannot be asked: a mail whose worker died in between goes out again, with the
    same Message-ID. Raises RetryableError, MessageRefusedError.
    """
    key, to = str(outgoing.id), outgoing.address or ""
    subject, body = outgoing.content["subject"], outgoing.content["body"]
    if outgoing.channel is Channel.MAIL:
        runtime.mailer.send(Mail(key, to, subject, body))
        return None
    messenger = runtime.messengers.get(outgoing.channel)
    if messenger is None:
        raise MessageRefusedError(f"no gateway for {outgoing.channel.value}")
    if outgoing.asks_first and (known := messenger.find(key)) is not None:
        return known
    return messenger.send(Message(key, to, subject, body))


def _note(runtime: Runtime, delivery_id: UUID, reason: str, *, for_good: bool) -> None:
    with unit_of_work(runtime.sessions) as session:
        row = session.get_one(Delivery, delivery_id)
        if row.state in deliveries.OPEN:
            at = runtime.clock.now()
            deliveries.not_handed_over(session, row, reason, at, for_good=for_good)
