"""Checks of the host: settings, folders, space, fonts, the web application, mail, cookies."""

import shutil
import socket
import stat
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from services.doctor.findings import Finding, Patient, fail, ok, warn
from services.rendering.fonts import FontsMissingError, find_fonts
from services.settings import Settings

TIMEOUT_SECONDS = 5
SHORT_BYTES, SHORT_SHARE = 1_000_000_000, 0.05
TIGHT_SHARE = 0.1
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def settings(patient: Patient) -> Finding:
    """Check that every variable that is set is one that is read."""
    known = Settings.variables()
    given = {name for name in patient.env if name.startswith("LIANCHENG_")}
    unknown = sorted(name for name in given if name.removesuffix("_FILE") not in known)
    if unknown:
        return warn(f"不认识的设置：{'、'.join(unknown)}", "检查拼写，见 docs/operations.md")
    return ok(f"{len(given)} 项设置有效")


def data_folder(patient: Patient) -> Finding:
    """Check that the folder of the data can be written."""
    return _writable(patient.settings.data_dir, "数据目录")


def keys_folder(patient: Patient) -> Finding:
    """Check that the folder of the signing keys can be written, and read by nobody else."""
    folder = patient.settings.keys_dir
    if not folder.exists():
        return warn(f"密钥目录 {folder} 尚不存在", "首次签名时会建立；多台主机须共用同一目录")
    found = _writable(folder, "密钥目录")
    if found.advice:
        return found
    open_files = [p.name for p in [folder, *folder.glob("*.key")] if _is_open(p)]
    if open_files:
        return fail(
            f"密钥可被其他用户读取：{'、'.join(open_files[:5])}",
            f"chmod 700 {folder} && chmod 600 {folder}/*.key",
        )
    return ok("密钥目录可写，只有本用户可读")


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _writable(folder: Path, name: str) -> Finding:
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        return fail(
            f"{name} {folder} 不可写：{error.strerror}", "检查目录是否存在、属主、权限和磁盘空间"
        )
    return ok(f"{name} {folder} 可写")


def space(patient: Patient) -> Finding:
    """Check that there is room for data."""
    folder = patient.settings.data_dir
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return warn("无法读取磁盘空间", "检查数据目录是否存在")
    share, gigabytes = usage.free / usage.total, usage.free / 1e9
    message = f"数据目录所在磁盘剩余 {gigabytes:.1f} GB（{share:.0%}）"
    if usage.free < SHORT_BYTES or share < SHORT_SHARE:
        return fail(message, "清理磁盘或扩容；写满后请求会返回 503")
    if share < TIGHT_SHARE:
        return warn(message, "尽快清理磁盘或扩容")
    return ok(message)


def fonts(patient: Patient) -> Finding:
    """Check that papers can be drawn in Chinese."""
    try:
        folder, family = find_fonts(patient.settings.fonts_dir)
    except FontsMissingError as error:
        return fail("没有中文字体，不能生成公文 PDF", str(error))
    return ok(f"中文字体 {family}（{folder}）")


def web(patient: Patient) -> Finding:
    """Check that there is a web application to serve."""
    if (patient.settings.web_root / "index.html").is_file():
        return ok("网页已生成")
    return warn("网页尚未生成，只有 API 可用", "运行 make web")


def mail(patient: Patient) -> Finding:
    """Check that the mail server greets."""
    url = patient.settings.smtp_url
    if url is None:
        return warn("未设置邮件服务器，邮件只写入数据目录", "生产环境请设置 LIANCHENG_SMTP_URL")
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 25
    try:
        with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:
            connection.settimeout(TIMEOUT_SECONDS)
            greeting = connection.recv(4)
    except OSError as error:
        return fail(f"连接不上邮件服务器 {host}:{port}：{type(error).__name__}", _ABOUT_MAIL)
    if not greeting.startswith(b"220"):
        return fail(f"{host}:{port} 不是可用的邮件服务器", _ABOUT_MAIL)
    return ok(f"邮件服务器 {host}:{port} 可用")


_ABOUT_MAIL = "检查 LIANCHENG_SMTP_URL 和网络；期间邮件会稍后重发"


def cookies(patient: Patient) -> Finding:
    """Check that sessions cannot be overheard."""
    given = patient.settings
    parts = urlsplit(given.public_url)
    if parts.hostname in _HERE:
        return ok("只在本机使用")
    if parts.scheme != "https":
        return fail(
            f"公开地址 {given.public_url} 没有加密，密码和会话可被截获",
            "在前面放置终止 TLS 的代理，并把 LIANCHENG_PUBLIC_URL 设为 https 地址",
        )
    if not given.secure_cookies:
        return fail(
            "公开地址是 https，但会话 Cookie 允许明文发送", "设置 LIANCHENG_SECURE_COOKIES=true"
        )
    if given.trusted_proxies == 0:
        return warn(
            "没有说明前面有几层代理，所有来访者看起来是同一地址", "设置 LIANCHENG_TRUSTED_PROXIES"
        )
    return ok("会话只经 https 传送")
