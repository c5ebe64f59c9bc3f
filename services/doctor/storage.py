"""Checks of the database and of Redis."""

from pathlib import Path

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.db import migrate
from services.doctor.findings import Finding, Patient, fail, ok, warn

OLDEST_POSTGRESQL = 130000  # server_version_num
TIMEOUT_SECONDS = 3
_AWAY = "数据库不可用，未能检查"
_FIRST = "先解决数据库的问题"
_NETWORK_DISKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "9p"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"}
)


def unreachable() -> Finding:
    """Return that a check had to be left out."""
    return warn(_AWAY, _FIRST)


def database(patient: Patient) -> Finding:
    """Check that the database answers, and that its version is known to do."""
    if patient.settings.is_sqlite:
        return _sqlite(patient)
    try:
        with patient.engine.connect() as connection:
            number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0][:200]
        return fail(
            f"连接不上 PostgreSQL：{reason}",
            "检查 LIANCHENG_DATABASE_URL、网络和数据库服务是否运行",
        )
    if number < OLDEST_POSTGRESQL:
        return fail(
            f"PostgreSQL 版本过旧（{number // 10000}）", "请升级到 PostgreSQL 13 或更新版本"
        )
    return ok(f"PostgreSQL {number // 10000}.{number % 10000} 可用")


def _sqlite(patient: Patient) -> Finding:
    if patient.missing_file:
        return fail(
            f"SQLite 数据库文件不存在：{patient.missing_file}", "运行 liancheng migrate 建立数据库"
        )
    try:
        with patient.engine.connect() as connection:
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    except SQLAlchemyError as error:
        return fail(f"SQLite 打不开：{getattr(error, 'orig', error)}", "检查文件权限与磁盘")
    if found != "ok":
        return fail(f"SQLite 数据库已损坏：{found}", "停止服务，从备份恢复（liancheng restore）")
    return ok("SQLite 可用")


def migrations(patient: Patient) -> Finding:
    """Check that the schema is this program's."""
    if patient.missing_file:
        return unreachable()
    try:
        found, wanted = migrate.current(patient.engine), migrate.head()
    except SQLAlchemyError:
        return unreachable()
    if found == wanted:
        return ok(f"数据库结构为最新版本 {wanted}")
    if found is not None and wanted is not None and found > wanted:
        return fail(f"数据库结构 {found} 比程序 {wanted} 新", "请部署与数据库相同或更新版本的程序")
    return fail(f"数据库结构为 {found or '空'}，程序需要 {wanted}", "运行 liancheng migrate")


def local_disk(patient: Patient, mounts: Path = Path("/proc/mounts")) -> Finding:
    """Check that SQLite's file lies on this host's own disk: its locks fail on a network's."""
    if not patient.settings.is_sqlite:
        return ok("不使用 SQLite")
    if not mounts.is_file():
        return warn("无法判断数据库所在磁盘的类型", "请确认数据库文件不在网络磁盘上")
    kind = _disk_of(patient.sqlite_file, mounts.read_text("utf-8", "replace"))
    if kind in _NETWORK_DISKS:
        return fail(
            f"SQLite 数据库在网络磁盘（{kind}）上，会丢失数据",
            "把 LIANCHENG_DATA_DIR 移到本机磁盘，或改用 PostgreSQL",
        )
    return ok(f"SQLite 数据库在本机磁盘（{kind or '未知类型'}）上")


def _disk_of(file: Path, mounts: str) -> str:
    rows = [line.split() for line in mounts.splitlines()]
    holding = [row for row in rows if file.is_relative_to(row[1].replace("\\040", " "))]
    return max(holding, key=lambda row: len(row[1]))[2] if holding else ""


def doorbell(patient: Patient) -> Finding:
    """Check that Redis answers and throws nothing away."""
    url = patient.settings.redis_url
    if url is None:
        return ok("未使用 Redis，任务由巡检直接运行")
    client = redis.Redis.from_url(
        url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )
    try:
        client.ping()
        policy = client.info("memory").get("maxmemory_policy", "")
    except (redis.RedisError, OSError) as error:
        return fail(
            f"Redis 不可用：{type(error).__name__}",
            "检查 LIANCHENG_REDIS_URL 和 Redis 服务；期间任务由巡检运行，最多慢一个巡检周期",
        )
    if policy != "noeviction":
        return warn(
            f"Redis 的 maxmemory-policy 是 {policy}，会丢弃消息", "设置 maxmemory-policy noeviction"
        )
    return ok("Redis 可用，不丢弃消息")
