"""The embedded queue: kombu's folder transport, with messages that appear whole or not at all.

kombu writes a message into its final file name, so that a worker may pick up an empty file and stop over it; it also
moves messages through the system's temporary folder, and it empties the table of bindings before it locks it, so that
two processes starting at once read an empty table. Here every file is written under another name and renamed.
"""

import os
import uuid
from hashlib import sha256
from pathlib import Path
from queue import Empty
from time import monotonic

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.filesystem import exchange_queue_t
from kombu.transport.virtual import BrokerState
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

SCHEME = "folder"
BINDING = ".binding"


class Channel(filesystem.Channel):
    """One connection to the folder. File names sort by time; the part after the first dot is the queue's name."""

    def _put(self, queue, payload, **kwargs):
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000):015d}_{uuid.uuid4()}"
        unfinished = folder / f"{name}.unfinished"
        unfinished.write_bytes(str_to_bytes(dumps(payload)))
        unfinished.rename(folder / f"{name}.{queue}.msg")

    def _get(self, queue):
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}.taken-{os.getpid()}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was first
            text = bytes_to_str(taken.read_bytes())
            taken.unlink()
            return loads(text)
        raise Empty

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        """Each binding is a file of its own, named by what it says: two processes that bind at once both succeed."""
        folder = self._bindings(exchange)
        folder.mkdir(parents=True, exist_ok=True)
        text = str_to_bytes(dumps([routing_key or "", pattern or "", queue or ""]))
        unfinished = folder / f"{uuid.uuid4()}.unfinished"
        unfinished.write_bytes(text)
        unfinished.rename(folder / f"{sha256(text).hexdigest()}{BINDING}")

    def get_table(self, exchange):
        found = []
        for file in sorted(self._bindings(exchange).glob(f"*{BINDING}")):
            try:
                found.append(exchange_queue_t(*loads(bytes_to_str(file.read_bytes()))))
            except FileNotFoundError:
                continue  # unbound in this moment
        return found

    def _delete(self, queue, exchange, routing_key, pattern, *args, **kwargs):
        self._purge(queue)
        text = str_to_bytes(dumps([routing_key or "", pattern or "", queue or ""]))
        (self._bindings(exchange) / f"{sha256(text).hexdigest()}{BINDING}").unlink(missing_ok=True)

    def _bindings(self, exchange) -> Path:
        return self._exchange_file(exchange).with_suffix(".bindings")


class Transport(filesystem.Transport):
    """Every connection remembers what it declared itself.

    kombu shares that memory between the threads of a process, and remembers a binding before it is written: a thread
    that published in that moment found no queue for its message and dropped it.
    """

    Channel = Channel

    def __init__(self, client, **kwargs):
        super().__init__(client, **kwargs)
        self.state = BrokerState()


TRANSPORT_ALIASES[SCHEME] = "clinic.folder_queue:Transport"
