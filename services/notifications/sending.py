"""What a worker does with one delivery: begin, hand over between two transactions, end.

Takes no session: an outside system is spoken to while no transaction is open.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

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


def run(
    runtime: Runtime,
    payload: dict[str, Any],
    job_id: UUID,
    *,
    is_last: bool,
    finish: Callable[[Session], bool],
) -> None:
    """Hand one delivery over, then finish its job in the transaction that marks it.

    ``is_last``: no worker tries again after this failure. ``finish`` tells whether the job was
    still this worker's. Raises RetryableError, IncidentError (the provider refuses for good).
    """
    with unit_of_work(runtime.sessions) as session:
        outgoing = _begun(session, runtime, payload, job_id)
        if outgoing is None:
            finish(session)
    if outgoing is None:
        return
    try:
        receipt = hand_over(runtime, outgoing)
    except (RetryableError, MessageRefusedError) as error:
        is_refused = isinstance(error, MessageRefusedError)
        _note(runtime, outgoing.id, str(error), for_good=is_last or is_refused)
        if is_refused:
            text = "通知的接收方系统拒绝接收，请换其他方式送达"
            raise IncidentError("DELIVERY", outgoing.channel.value, text) from error
        raise
    _end(runtime, outgoing, receipt, finish)


def _end(
    runtime: Runtime,
    outgoing: Outgoing,
    receipt: Receipt | None,
    finish: Callable[[Session], bool],
) -> None:
    """Mark a delivery as handed over. A database that is away is waited for, while the lease lasts.

    Nobody else knows that it has gone out: whoever took it up again would send it again.
    """
    until = time.monotonic() + runtime.settings.lease_seconds
    while True:
        try:
            with unit_of_work(runtime.sessions) as session:
                if finish(session):
                    reference = receipt.reference if receipt else None
                    deliveries.handed_over(session, outgoing, reference, runtime.clock.now())
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _begun(
    session: Session, runtime: Runtime, payload: dict[str, Any], job_id: UUID
) -> Outgoing | None:
    if "delivery" in payload:
        found = UUID(payload["delivery"])
        if (outgoing := deliveries.begin(session, found)) is not None:
            return outgoing
        delivery = session.get(Delivery, found)
    else:
        delivery = legacy.delivery(session, runtime, payload, job_id)
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
