"""Genuine mails of Outlook, made here: a writer of compound files ([MS-CFB], version 3), and the
streams of a mail in one ([MS-OXMSG]). No binary lies in the repository."""

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, OF_FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Tree = dict[str, Any]  # a name -> bytes of a stream, or another Tree

SENDER: Final = {0x0042: "Capitán R. Ejemplo", 0x5D02: "r.ejemplo@policia.example"}
SENT: Final = datetime(2026, 11, 23, 12, 58, tzinfo=UTC)
SUBJECT, BODY, HTML, RTF, CLASS = 0x0037, 0x1000, 0x1013, 0x1009, 0x001A
CLIENT_SUBMIT, DELIVERY, PAGE, BODY_PAGE = 0x0039, 0x0E06, 0x3FFD, 0x3FDE


class Narrow(str):
    """A string that is written in a code page of eight bits."""

    __slots__ = ()


def compound(tree: Tree) -> bytes:
    """A compound file that holds this tree of streams and storages."""
    return _Writer().file(tree)


class _Writer:
    def __init__(self) -> None:
        self.sectors: list[bytes] = []
        self.fat: list[int] = []
        self.minis, self.minifat = bytearray(), list[int]()
        self.entries: list[dict[str, Any]] = []

    def file(self, tree: Tree) -> bytes:
        root = self._entry("Root Entry", 5)
        root["child"] = self._children(tree)
        root["start"], root["size"] = self._chain(bytes(self.minis)), len(self.minis)
        minifat = b"".join(struct.pack("<I", each) for each in self.minifat)
        of_minifat = self._chain(minifat, fill=b"\xff")
        directory = b"".join(_row(each) for each in self.entries)
        directory += _row(_blank()) * (-len(self.entries) % 4)
        of_directory = self._chain(directory)
        places = self._table()
        head = MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        head += struct.pack("<IIIIIIIIII", 0, len(places), of_directory, 0, CUTOFF, of_minifat,
                            -(-len(minifat) // SECTOR), END, 0, places[0])  # fmt: skip
        head += b"".join(struct.pack("<I", each) for each in places[1:])
        return head.ljust(SECTOR, b"\xff") + b"".join(self.sectors)

    def _table(self) -> list[int]:
        """The table of the sectors, itself in sectors."""
        count = 1
        while (len(self.fat) + count) > count * (SECTOR // 4):
            count += 1
        assert count <= 109, "larger files need a longer list of tables"
        places = list(range(len(self.fat), len(self.fat) + count))
        rows = [*self.fat, *[OF_FAT] * count]
        rows += [FREE] * (count * (SECTOR // 4) - len(rows))
        packed = struct.pack(f"<{len(rows)}I", *rows)
        self.sectors += [packed[at : at + SECTOR] for at in range(0, len(packed), SECTOR)]
        return places

    def _chain(self, content: bytes, fill: bytes = b"\0") -> int:
        first = len(self.sectors)
        pieces = [content[at : at + SECTOR] for at in range(0, len(content), SECTOR)]
        self.sectors += [piece.ljust(SECTOR, fill) for piece in pieces]
        self.fat += [*range(first + 1, first + len(pieces)), END] if pieces else []
        return first if pieces else END

    def _small(self, content: bytes) -> int:
        first = len(self.minifat)
        count = -(-len(content) // MINI)
        self.minis += content.ljust(count * MINI, b"\0")
        self.minifat += [*range(first + 1, first + count), END] if count else []
        return first if count else END

    def _entry(self, name: str, kind: int) -> dict[str, Any]:
        entry = _blank() | {"name": name, "kind": kind}
        self.entries.append(entry)
        return entry

    def _children(self, tree: Tree) -> int:
        numbered = []
        for name in sorted(tree, key=lambda each: (len(each), each.upper())):
            held = tree[name]
            entry = self._entry(name, 2 if isinstance(held, bytes) else 1)
            numbered.append((len(self.entries) - 1, entry))
            if isinstance(held, bytes):
                entry["size"] = len(held)
                keep = self._chain if len(held) >= CUTOFF else self._small
                entry["start"] = keep(held)
            else:
                entry["child"] = self._children(held)
        return _balance(numbered)


def _balance(numbered: Sequence[tuple[int, dict[str, Any]]]) -> int:
    """Siblings hang in a tree, sorted: the number of its top."""
    if not numbered:
        return NONE
    middle = len(numbered) // 2
    number, entry = numbered[middle]
    entry["left"] = _balance(numbered[:middle])
    entry["right"] = _balance(numbered[middle + 1 :])
    return number


def _blank() -> dict[str, Any]:
    return {"name": "", "kind": 0, "left": NONE, "right": NONE, "child": NONE,
            "start": 0, "size": 0}  # fmt: skip


def _row(entry: Mapping[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le")
    length = len(name) + 2 if name else 0
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBB", length, entry["kind"], 1)
        + struct.pack("<III", entry["left"], entry["right"], entry["child"])
        + bytes(36)
        + struct.pack("<IQ", entry["start"], entry["size"])
    )


def _properties(head: bytes, properties: Mapping[int, Any], page: str = "cp1252") -> Tree:
    """The streams of a storage: numbers and times in a list, everything else by itself."""
    rows, tree = [], Tree()
    for number, value in properties.items():
        if isinstance(value, int | datetime):
            kind, held = _fixed(value)
        else:
            kind, content = _variable(value, page)
            tree[f"__substg1.0_{number:04X}{kind:04X}"] = content
            held = struct.pack("<II", len(content), 0)
        rows.append(struct.pack("<HHI", kind, number, 6) + held)
    tree["__properties_version1.0"] = head + b"".join(rows)
    return tree


def _fixed(value: int | datetime) -> tuple[int, bytes]:
    if isinstance(value, datetime):
        since = value - datetime(1601, 1, 1, tzinfo=UTC)
        ticks = (since.days * 86_400 + since.seconds) * 10**7 + since.microseconds * 10
        return 0x0040, struct.pack("<Q", ticks)
    return 0x0003, struct.pack("<i4x", value)


def _variable(value: str | bytes, page: str) -> tuple[int, bytes]:
    if isinstance(value, bytes):
        return 0x0102, value
    if isinstance(value, Narrow):
        return 0x001E, value.encode(page)
    return 0x001F, value.encode("utf-16-le")


def message(
    properties: Mapping[int, Any] | None = None,
    *,
    recipients: Sequence[Mapping[int, Any]] = (),
    attachments: Sequence[Mapping[int, Any] | Tree] = (),
    page: str = "cp1252",
    within: bool = False,
) -> Tree:
    """The tree of a mail; of None nothing is written, so that a property can be left out."""
    said = SENDER | {CLASS: "IPM.Note", SUBJECT: "Sellos", BODY: "El sello difiere.\r\n",
                     CLIENT_SUBMIT: SENT}  # fmt: skip
    said = {number: value for number, value in (said | dict(properties or {})).items()
            if value is not None}  # fmt: skip
    count = (len(recipients), len(attachments))
    head = bytes(8) + struct.pack("<IIII", *count, *count) + (b"" if within else bytes(8))
    tree = _properties(head, said, page)
    for number, each in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _properties(bytes(8), each, page)
    for number, each in enumerate(attachments):
        inner = each.get("mail") if "mail" in each else None
        plain = {key: value for key, value in each.items() if key != "mail"}
        held = _properties(bytes(8), plain, page)
        if inner is not None:
            held["__substg1.0_3701000D"] = inner
        tree[f"__attach_version1.0_#{number:08X}"] = held
    tree.setdefault("__nameid_version1.0", {"__substg1.0_00020102": b""})
    return tree


def attached(name: str, content: bytes) -> dict[int, Any]:
    """A file that came with a mail."""
    return {0x3707: name, 0x3701: content, 0x3705: 1}


def person(name: str, address: str, kind: int = 1) -> dict[int, Any]:
    """A recipient: 1 to, 2 a copy, 3 a copy unseen."""
    return {0x3001: name, 0x39FE: address, 0x0C15: kind}


def msg(properties: Mapping[int, Any] | None = None, **more: Any) -> bytes:
    """A mail of Outlook, as a file."""
    return compound(message(properties, **more))
