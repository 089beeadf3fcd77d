"""The embedded queue: kombu's folder transport, with messages that appear whole or not at all.

kombu writes a message into its final file name, so that a worker may pick up an empty file and stop over it; it also
moves messages through the system's temporary folder. Here a message is written under another name and renamed.
"""

import os
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

SCHEME = "folder"


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


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = "clinic.folder_queue:Transport"
