"""Telling people what happened: in the app always, and by the channels they and the law choose."""

from services.notifications.announcing import Announcement, announce
from services.notifications.telling import TASK_OPENED, notify, people_of, tasks_opened

__all__ = ["TASK_OPENED", "Announcement", "announce", "notify", "people_of", "tasks_opened"]
