"""Where sealed files lie: a folder and an S3-compatible store do the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.config import Config
from django.core.files.storage import storages
from django.test import override_settings
from moto.server import ThreadedMotoServer

from lodesk.files import store
from lodesk.files.sealing import BLOCK, DamagedFileError

KEY = b"k" * 32
CONTENT = b"a photograph of a container " * 9_000  # several sealed blocks
BUCKET = "sealed"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "S3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store, as docs/operations.md has it set."""
    backend, options = "django.core.files.storage.FileSystemStorage", {"location": str(tmp_path)}
    if request.param == "S3":
        backend = "storages.backends.s3.S3Storage"
        options = {
            "bucket_name": BUCKET,
            "endpoint_url": request.getfixturevalue("endpoint"),
            "default_acl": "private",
            "file_overwrite": True,
            "max_memory_size": 1_048_576,
            "access_key": "x",
            "secret_key": "x",
            "region_name": "eu-west-1",
        }
    with override_settings(STORAGES={store.ALIAS: {"BACKEND": backend, "OPTIONS": options}}):
        if request.param == "S3":
            _emptied()
        yield request.param


def _emptied() -> None:
    client = storages[store.ALIAS].connection
    where = {"LocationConstraint": "eu-west-1"}
    found = client.Bucket(BUCKET)
    if found in client.buckets.all():
        found.objects.all().delete()
    else:
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)


def test_what_is_put_is_read_and_lies_there_sealed(place: str) -> None:
    name = store.new_name()
    store.put(name, [CONTENT[:5], CONTENT[5:]], key=KEY)
    assert b"".join(store.read(name, key=KEY).chunks()) == CONTENT
    with storages[store.ALIAS].open(name) as stored:
        assert CONTENT[:40] not in stored.read()


def test_it_is_read_anywhere(place: str) -> None:
    name = store.new_name()
    store.put(name, [CONTENT], key=KEY)
    found = store.read(name, key=KEY)
    assert found.size == len(CONTENT)
    found.seek(BLOCK + 10)
    assert found.read(300) == CONTENT[BLOCK + 10 :][:300]


def test_what_has_the_name_already_is_replaced(place: str) -> None:
    name = store.new_name()
    store.put(name, [b"half of a fi"], key=KEY)
    store.put(name, [b"a whole file"], key=KEY)
    assert b"".join(store.read(name, key=KEY).chunks()) == b"a whole file"
    assert list(store.names()) == [name]


def test_a_file_that_is_missing_is_said_to_be(place: str) -> None:
    with pytest.raises(store.StoreProblemError, match="missing"):
        store.read(store.new_name(), key=KEY)


def test_a_damaged_file_is_noticed(place: str) -> None:
    name = store.new_name()
    store.put(name, [CONTENT], key=KEY)
    with storages[store.ALIAS].open(name) as stored:
        content = bytearray(stored.read())
    content[BLOCK] ^= 1
    store.remove([name])
    with storages[store.ALIAS].open(name, "wb") as stored:
        stored.write(bytes(content))
    with pytest.raises(DamagedFileError):
        b"".join(store.read(name, key=KEY).chunks())


def test_every_name_is_told_and_what_is_gone_is_no_problem(place: str) -> None:
    names = sorted(store.new_name() for _ in range(3))
    for name in names:
        store.put(name, [b"x"], key=KEY)
    assert sorted(store.names()) == names
    store.remove(names)
    store.remove(names)
    assert list(store.names()) == []


def test_a_store_that_does_not_answer_is_said_to_be_the_trouble() -> None:
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": "http://127.0.0.1:9",
        "access_key": "x",
        "secret_key": "x",
        "client_config": Config(connect_timeout=1, retries={"max_attempts": 0}),
    }
    backend = "storages.backends.s3.S3Storage"
    name = store.new_name()
    with override_settings(STORAGES={store.ALIAS: {"BACKEND": backend, "OPTIONS": options}}):
        with pytest.raises(store.StoreProblemError):
            store.put(name, [CONTENT], key=KEY)
        with pytest.raises(store.StoreProblemError):
            store.read(name, key=KEY)
