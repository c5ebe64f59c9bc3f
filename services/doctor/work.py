"""Checks of the work: clocks, sweepers, jobs, incidents, checkpoints."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services import figures, sweeps
from services.checkpoints import standing
from services.checkpoints.taking import PATIENCE
from services.db.engine import reading
from services.db.models import Sweep
from services.doctor.findings import Finding, Patient, fail, ok, warn
from services.doctor.storage import unreachable
from services.gateways.clock import MOST_SKEW_SECONDS
from services.settings import Settings

NOTABLE_SKEW_SECONDS = 1.0
LONGEST_DUE_SECONDS = 300.0
MOST_PERIODS = 3  # that a chain may wait for a checkpoint
_SYNCHRONISE = "用 NTP（chrony）校准主机与数据库主机的时钟；偏差超过 5 秒时本机不运行任务"


def _asking(patient: Patient, ask: Callable[[Session], Finding]) -> Finding:
    if patient.missing_file:
        return unreachable()
    try:
        with reading(patient.sessions) as session:
            return ask(session)
    except SQLAlchemyError:
        return unreachable()


def clock(patient: Patient) -> Finding:
    """Check that this host and the database agree on the time."""
    try:
        skew = patient.clock.skew_seconds()
    except SQLAlchemyError:
        return unreachable()
    if abs(skew) > MOST_SKEW_SECONDS:
        return fail(f"本机时钟与数据库相差 {skew:.1f} 秒", _SYNCHRONISE)
    if abs(skew) > NOTABLE_SKEW_SECONDS:
        return warn(f"本机时钟与数据库相差 {skew:.1f} 秒", _SYNCHRONISE)
    return ok("时钟一致")


def sweeper(patient: Patient) -> Finding:
    """Check that somebody has looked for due jobs lately."""

    def ask(session: Session) -> Finding:
        last = sweeps.last(session)
        if last is None:
            return fail("没有任何进程巡检过任务", "启动 liancheng worker（或不带 Redis 的 serve）")
        age = patient.clock.now() - last
        if age > sweeps.ALARM_AFTER:
            return fail(
                f"最近一次巡检在 {age.total_seconds():.0f} 秒之前，到期任务没有人运行",
                "查看 worker 的日志并重新启动它",
            )
        return ok(f"最近一次巡检在 {max(age.total_seconds(), 0):.0f} 秒之前")

    return _asking(patient, ask)


def workers(patient: Patient) -> Finding:
    """Check that no worker stands aside because of its host's clock."""

    def ask(session: Session) -> Finding:
        since = patient.clock.now() - sweeps.ALARM_AFTER
        seen = session.scalars(select(Sweep).where(Sweep.seen_at >= since)).all()
        wrong = sorted(s.worker for s in seen if abs(s.skew_seconds) > MOST_SKEW_SECONDS)
        if wrong:
            return fail(f"时钟不准而停止运行任务的进程：{'、'.join(wrong)}", _SYNCHRONISE)
        return ok(f"{len(seen)} 个进程在巡检")

    return _asking(patient, ask)


def jobs(patient: Patient) -> Finding:
    """Check that due jobs are run, and that none was given up."""

    def ask(session: Session) -> Finding:
        found = figures.read(session, patient.clock.now())
        if found.oldest_due_seconds > LONGEST_DUE_SECONDS:
            return fail(
                f"有任务到期 {found.oldest_due_seconds:.0f} 秒仍未运行",
                "增加 worker，或查看它们的日志",
            )
        if failed := found.in_state(figures.FAILED):
            return warn(f"{failed} 个任务已放弃", "在“运行管理”的“异常”中查看原因，处理后重试")
        return ok(f"没有积压的任务（等待 {found.in_state(figures.WAITING)}）")

    return _asking(patient, ask)


def incidents(patient: Patient) -> Finding:
    """Check that no incident waits for a person."""

    def ask(session: Session) -> Finding:
        number = figures.read(session, patient.clock.now()).open_incidents
        if number:
            return warn(f"{number} 个异常待处理", "请流程负责人在“运行管理”的“异常”中处理")
        return ok("没有待处理的异常")

    return _asking(patient, ask)


def checkpoints(patient: Patient) -> Finding:
    """Check that the audit chains come into checkpoints, and these to a place of their own."""

    def ask(session: Session) -> Finding:
        found, settings = standing.read(session), patient.settings
        patience = timedelta(seconds=MOST_PERIODS * settings.checkpoint_seconds)
        if _waits(patient, found.unlisted_since) > patience:
            return fail(
                f"有留痕等待检查点已 {_minutes(patient, found.unlisted_since)} 分钟",
                "查看 worker 是否在运行及其日志；与检查点不符的留痕链见“运行管理”的“异常”",
            )
        if _waits(patient, found.outside_since) > PATIENCE:
            return fail(
                f"有检查点等待存到库外已 {_minutes(patient, found.outside_since)} 分钟",
                "检查 LIANCHENG_CHECKPOINTS_DIR 或 LIANCHENG_CHECKPOINTS_URL 所指的位置能否写入",
            )
        if not settings.checkpoints_url and _lie_with_the_data(settings):
            return warn(
                "检查点与数据存在一处，能改数据的人也能改检查点",
                "把 LIANCHENG_CHECKPOINTS_DIR 或 LIANCHENG_CHECKPOINTS_URL 设为另一台主机的只追加位置",
            )
        return ok("留痕链都已进入检查点，检查点都已存到库外")

    return _asking(patient, ask)


def _lie_with_the_data(settings: Settings) -> bool:
    return settings.checkpoints_dir.resolve().is_relative_to(settings.data_dir.resolve())


def _waits(patient: Patient, since: datetime | None) -> timedelta:
    return timedelta(0) if since is None else patient.clock.now() - since


def _minutes(patient: Patient, since: datetime | None) -> int:
    return int(_waits(patient, since).total_seconds() // 60)
