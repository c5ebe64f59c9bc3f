"""The pairs of acts that race for the same thing, and what must hold however they meet.

Each makes its own fresh case and gives back the two acts and a check of what they came to.
"""

from collections.abc import Callable

from tests.chaos.pairs.by_the_clock import (
    checkpoint_and_append,
    complete_and_timer,
    worker_and_worker,
)
from tests.chaos.pairs.deciding import (
    complete_and_cancel,
    complete_and_complete,
    draft_and_complete,
    revoke_and_complete,
    take_back_and_go_on,
    transfer_and_complete,
)
from tests.chaos.pairs.handing_over import (
    attach_and_hand_over,
    deliver_and_deliver,
    hand_over_and_hand_over,
    hand_over_and_read,
    receive_and_return,
)
from tests.chaos.pairs.storing import load_and_load, load_and_start, upload_and_upload
from tests.chaos.pairs.table import Race, Table

PAIRS: list[Callable[[Table], Race]] = [
    complete_and_complete,
    complete_and_timer,
    complete_and_cancel,
    transfer_and_complete,
    draft_and_complete,
    take_back_and_go_on,
    revoke_and_complete,
    hand_over_and_hand_over,
    hand_over_and_read,
    receive_and_return,
    attach_and_hand_over,
    deliver_and_deliver,
    load_and_start,
    load_and_load,
    upload_and_upload,
    worker_and_worker,
    checkpoint_and_append,
]
SLOW = {load_and_start, load_and_load}
