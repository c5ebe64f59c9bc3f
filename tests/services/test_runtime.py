"""The settings choose the real gateways; without them the embedded ones serve."""

import pytest

from services.gateways.mail import FolderMailer, SmtpMailer
from services.gateways.messages import FolderMessenger, HttpMessenger
from services.gateways.publication import FolderPublisher, HttpPublisher
from services.runtime import make_runtime
from services.settings import Settings, SettingsError


def gateways(tmp_path, **env):
    given = {"LIANCHENG_DATA_DIR": str(tmp_path)}
    given |= {f"LIANCHENG_{name}": value for name, value in env.items()}
    runtime = make_runtime(Settings.from_env(given))
    messengers = {type(one) for one in runtime.messengers.values()}
    return type(runtime.mailer), type(runtime.publisher), *messengers


def test_an_embedded_installation_keeps_mail_and_notices_in_folders(tmp_path):
    assert gateways(tmp_path) == (FolderMailer, FolderPublisher, FolderMessenger)


def test_a_production_installation_reaches_the_mail_server_and_the_website(tmp_path):
    found = gateways(
        tmp_path,
        SMTP_URL="smtp://127.0.0.1:25",
        PUBLISHER_URL="http://127.0.0.1:9/notices",
        SMS_URL="http://127.0.0.1:9/sms",
        SMS_SECRET="sixteen-or-more!",
        WEBHOOK_URL="http://127.0.0.1:9/office",
        WEBHOOK_SECRET="sixteen-or-more!",
    )

    assert found == (SmtpMailer, HttpPublisher, HttpMessenger)


def test_a_gateway_without_a_proper_address_and_secret_is_refused_at_the_start(tmp_path):
    with pytest.raises(SettingsError) as refused:
        gateways(tmp_path, SMS_URL="file:///etc/passwd", SMS_SECRET="short", QUIET_HOURS="late")

    for name in ("SMS_URL", "SMS_SECRET", "QUIET_HOURS"):
        assert f"LIANCHENG_{name}" in str(refused.value)
