"""Small files for the demo, drawn here: photographs of seals as PNG, papers as PDF."""

import struct
import zlib

WIDTH, HEIGHT = 480, 320


def photograph(number: str) -> bytes:
    """A container door with a seal: plain colours, enough to open and to see."""
    shade = int(number[-2:]) % 40
    rows = b"".join(b"\0" + _row(line, shade) for line in range(HEIGHT))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts)


def _row(line: int, shade: int) -> bytes:
    """Corrugated steel, and the seal as a pale disc in the middle."""
    pixels = bytearray()
    for column in range(WIDTH):
        steel = 70 + shade + (column // 24 % 2) * 18
        round_about = (column - WIDTH // 2) ** 2 + (line - HEIGHT // 2) ** 2
        pixels += bytes((214, 205, 160) if round_about < 2500 else (steel, steel + 22, steel + 40))
    return bytes(pixels)


def _part(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def paper(*lines: str) -> bytes:
    """A PDF of one page with these lines."""
    text = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 11 Tf 16 TL 56 780 Td\n{text}ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    found, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(found))
    return found + head + tail


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
