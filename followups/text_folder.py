"""Text messages of a clinic on one machine: each a private file of its own, there whole or not at all."""

import json
import uuid
from pathlib import Path

from common.whole_files import write_whole


class TextFolder:
    """Writes into a folder what a provider would send; names sort by time."""

    def __init__(self, folder: Path):
        self.folder = folder

    def send(self, *, number: str, words: str, status_url: str) -> str:
        told = {"to": number, "text": words, "status_url": status_url}
        write_whole(self.folder, "json", json.dumps(told, ensure_ascii=False).encode())
        return uuid.uuid4().hex
