"""From the bytes of a file to its text: size, compression, encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib

from gridflex.agents.intake.model import Limits
from gridflex.errors import InputError

GZIP = b"\x1f\x8b"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NOT_TEXT: dict[bytes, str] = {
    b"PK": "a ZIP archive or a spreadsheet file; save the sheet as CSV and upload that",
    b"%PDF": "a PDF document; upload the table as CSV",
    b"PAR1": "a Parquet file; save it as CSV",
    GZIP: "compressed twice; compress it once",
    b"BZh": "compressed with bzip2; unpack it or compress it with gzip",
    b"\xfd7zXZ": "compressed with xz; unpack it or compress it with gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it or compress it with gzip",
}
SEPARATORS = ",;\t{["
OLD_WINDOWS = "It is not UTF-8; it was read as Windows-1252, so check the letters with accents."


def text_of(raw: bytes, limits: Limits) -> tuple[str, list[str]]:
    """The text of a file, and what should be said about how it was read.

    UTF-8 with or without a mark, UTF-16 with one, else Windows-1252 (said in a note); gzip
    is unpacked up to the limit. Raises InputError, a sentence, for all else.
    """
    if len(raw) > limits.file_bytes:
        raise InputError(
            f"The file has {_megabytes(len(raw))} MB; at most {_megabytes(limits.file_bytes)} MB are read."
        )
    if raw.startswith(GZIP):
        raw = _gunzipped(raw, limits.unpacked_bytes)
    for magic, what in NOT_TEXT.items():
        if raw.startswith(magic):
            raise InputError(f"The file is {what}.")
    if b"\0" in raw and not raw.startswith(UTF_16):
        raise InputError("The file is not text (it has zero bytes); upload CSV, JSON or a workload log.")
    text, notes = _decoded(raw)
    if not text.strip():
        raise InputError("The file is empty.")
    if "\0" in text:
        raise InputError("The file is not text (it has zero bytes); upload CSV, JSON or a workload log.")
    if sum(map(text.count, SEPARATORS)) > limits.values:
        raise InputError(f"The file has more than {limits.values:,} values; at most that many are read.")
    return text, notes


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f}".removesuffix(".0")


def _gunzipped(raw: bytes, most: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            unpacked = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("The gzip file is damaged or cut off; compress it again.") from error
    if len(unpacked) > most:
        raise InputError(f"The file unpacks to more than {_megabytes(most)} MB; at most that is read.")
    return unpacked


def _decoded(raw: bytes) -> tuple[str, list[str]]:
    if raw.startswith(UTF_16):
        try:
            return raw.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise InputError("The file is marked as UTF-16 and is not; save it as UTF-8.") from error
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return _from_old_windows(raw)


def _from_old_windows(raw: bytes) -> tuple[str, list[str]]:
    try:
        return raw.decode("cp1252"), [OLD_WINDOWS]
    except UnicodeDecodeError as error:
        raise InputError("The file is neither UTF-8 nor Windows-1252 text; save it as UTF-8.") from error
