"""A file over HTTP, in memory, with progress; no more bytes than it may have."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable

from intertwine.base.errors import FileError

Progress = Callable[[str, int, int], None]

#: Seconds without a byte until an address is given up.
_PATIENCE_S = 30
_BLOCK = 1 << 16


def download(address: str, name: str, most_bytes: int, progress: Progress | None = None) -> bytes:
    """Return what `address` answers with.

    Raises
    ------
    FileError
        There is no network or no such file, the answer breaks off, or it exceeds `most_bytes`.
    """
    request = urllib.request.Request(address, headers={"User-Agent": "intertwine"})
    parts, done = [], 0
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            while block := answer.read(_BLOCK):
                parts.append(block)
                done += len(block)
                if done > most_bytes:
                    raise FileError(f"{address} sends more than {most_bytes} bytes.")
                if progress:
                    progress(name, done, max(total, done))
    except urllib.error.HTTPError as error:
        error.close()
        raise FileError(f"{address} answers {error.code} {error.reason}.") from error
    except urllib.error.URLError as error:
        raise FileError(f"Cannot reach {address}: {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{address} breaks off after {done} bytes: {error!r}.") from error
    if done < total:
        raise FileError(f"{address} breaks off after {done} of {total} bytes.")
    return b"".join(parts)
