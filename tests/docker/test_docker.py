"""The image and the formation: described validly, hardened, and of the settings that exist."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import redis
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.servers import Redis
from services.background.doorbell import Doorbell
from services.background.messages import QUEUE, make_app
from services.settings import ROOT, Settings

DOCKER = ROOT / "docker"
SCHEMA = ROOT / "web/node_modules/dclint/schemas/compose.schema.json"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
SERVICES = COMPOSE["services"]
OURS = [name for name, each in SERVICES.items() if each["image"].startswith("liancheng")]


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the folder with its secrets made."""
    folder = tmp_path / "docker"
    shutil.copytree(DOCKER, folder, ignore=shutil.ignore_patterns("secrets"))
    subprocess.run([folder / "make-secrets"], check=True, stdout=subprocess.DEVNULL)
    return folder


def test_the_formation_keeps_the_compose_specification():
    schema = json.loads(SCHEMA.read_text("utf-8"))

    jsonschema.Draft7Validator(schema).validate(COMPOSE)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(
            COMPOSE | {"services": {"api": {"imagge": "x"}}}
        )


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_hardened(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["pids_limit"] > 0
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["healthcheck"].get("test") or name == "migrate"
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


def test_only_the_proxy_is_reached_from_without():
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["networks"]["edge"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_whoever_needs_the_database_waits_for_it_and_for_the_migrations():
    for name in set(OURS) - {"migrate"}:
        waits = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_no_secret_stands_in_the_files():
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", name):
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
    assert set(COMPOSE["secrets"]) >= {
        s for each in SERVICES.values() for s in each.get("secrets", [])
    }


def test_every_setting_named_is_known():
    text = DOCKERFILE + (DOCKER / "compose.yaml").read_text("utf-8")
    named = set(re.findall(r"\bLIANCHENG_[A-Z_]+", text))

    assert len(named) > 8
    assert {name.removesuffix("_FILE") for name in named} <= Settings.variables()


def test_the_image_runs_as_nobody_in_particular():
    stages = DOCKERFILE.split("\nFROM ")
    users = re.findall(r"^USER (\S+)", stages[-1], re.M)

    assert len(stages) == 4  # with the comment before the first
    assert users == ["10001:10001"]
    assert "HEALTHCHECK" in stages[-1]
    assert "--require-hashes" in DOCKERFILE
    assert "fonts-noto-cjk" in stages[-1]


def test_the_context_of_the_image_leaves_out_all_but_what_it_copies():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    allowed = {line[1:].rstrip("/") for line in ignored if line.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M))
    sources = {word.rstrip("/") for line in copied for word in line.split()}

    assert "*" in ignored
    assert all(any(s == a or s.startswith(f"{a}/") for a in allowed) for s in sources)
    assert all((ROOT / source).exists() for source in sources)


def test_secrets_are_made_once_and_never_the_same(copy, tmp_path):
    first = {file.name: file.read_bytes() for file in (copy / "secrets").iterdir()}
    subprocess.run([copy / "make-secrets"], check=True, stdout=subprocess.DEVNULL)
    again = {file.name: file.read_bytes() for file in (copy / "secrets").iterdir()}
    values = [first[f"{name}"] for name in ("postgres_password", "redis_password", "metrics_token")]

    assert first == again
    assert len(set(values)) == 3
    assert all(len(value) == 64 for value in values)


def test_the_doorbells_account_may_ring_and_be_heard_and_no_more(copy, tmp_path):
    server = Redis(tmp_path)
    server.start("--aclfile", str(copy / "secrets" / "redis.acl"), is_open=False)
    try:
        password = (copy / "secrets" / "redis_password").read_text()
        url = f"redis://liancheng:{password}@127.0.0.1:{server.port}/0"
        bell = Doorbell(url)
        client = redis.Redis.from_url(url)
        bell.ring()
        bell.stop()
        with make_app(url, timeout_seconds=5).connection_for_read() as connection:
            message = connection.SimpleQueue(QUEUE).get(timeout=10)
            message.ack()

        assert message.headers["task"] == "liancheng.look"
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.flushall()
        with pytest.raises(redis.exceptions.AuthenticationError):
            server.client().ping()
    finally:
        server.kill()


def test_the_proxys_configuration_is_accepted_by_nginx(tmp_path):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert nginx, "nginx is missing: run make system"
    certificate, key = self_signed(tmp_path)
    text = (DOCKER / "nginx.conf").read_text("utf-8").replace("/tmp/", f"{tmp_path}/")
    text = text.replace("/run/secrets/tls_certificate", str(certificate))
    text = text.replace("/run/secrets/tls_key", str(key))
    text = text.replace("    http2 on;\n", "")  # known from nginx 1.25.1 on
    (tmp_path / "nginx.conf").write_text(text)

    checked = subprocess.run(
        [nginx, "-t", "-q", "-c", tmp_path / "nginx.conf", "-e", "stderr"],
        capture_output=True,
        text=True,
    )

    assert checked.returncode == 0, checked.stderr


def test_the_proxy_hides_the_figures_and_allows_what_may_be_uploaded():
    text = (DOCKER / "nginx.conf").read_text("utf-8")
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", text)

    assert re.search(r"location = /metrics \{\s+return 404;", text)
    assert int(megabytes) * 1024**2 > Settings.from_env({}).max_upload_bytes


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(private)
    return folder / "tls.crt", folder / "tls.key"
