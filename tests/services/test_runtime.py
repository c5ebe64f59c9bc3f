"""The settings choose the real gateways; without them the embedded ones serve."""

from services.gateways.mail import FolderMailer, SmtpMailer
from services.gateways.publication import FolderPublisher, HttpPublisher
from services.runtime import make_runtime
from services.settings import Settings


def gateways(tmp_path, **env):
    given = {"LIANCHENG_DATA_DIR": str(tmp_path)}
    given |= {f"LIANCHENG_{name}": value for name, value in env.items()}
    runtime = make_runtime(Settings.from_env(given))
    return type(runtime.mailer), type(runtime.publisher)


def test_an_embedded_installation_keeps_mail_and_notices_in_folders(tmp_path):
    assert gateways(tmp_path) == (FolderMailer, FolderPublisher)


def test_a_production_installation_reaches_the_mail_server_and_the_website(tmp_path):
    found = gateways(
        tmp_path, SMTP_URL="smtp://127.0.0.1:25", PUBLISHER_URL="http://127.0.0.1:9/notices"
    )

    assert found == (SmtpMailer, HttpPublisher)
