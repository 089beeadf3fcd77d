"""The embedded queue loses nothing and never shows half a message, however many write and read at once (F5)."""

import threading
import time

from kombu import Connection

from clinic.folder_queue import SCHEME

WRITERS, READERS, EACH = 4, 2, 60
STARTERS, TURNS = 6, 20


def open_queue(folder):
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    return Connection(f"{SCHEME}://localhost//", transport_options=options)


def test_every_message_arrives_once_and_whole(tmp_path):
    (tmp_path / "control").mkdir()
    got, failures = [], []
    is_over = threading.Event()

    def write(number):
        with open_queue(tmp_path) as connection, connection.SimpleQueue("clinic") as queue:
            for place in range(EACH):
                queue.put({"id": f"{number}-{place}", "padding": "x" * 4000})

    def read():
        with open_queue(tmp_path) as connection, connection.SimpleQueue("clinic") as queue:
            while not (is_over.is_set() and not list(tmp_path.glob("*.msg"))):
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    time.sleep(0.005)
                    continue
                except ValueError as error:
                    failures.append(error)
                    continue
                got.append(message.payload["id"])
                message.ack()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    for thread in readers:
        thread.join()

    assert failures == []
    assert sorted(got) == sorted(f"{number}-{place}" for number in range(WRITERS) for place in range(EACH))
    assert list(tmp_path.glob("*.unfinished")) == []


def test_starting_together_binds_every_queue(tmp_path):
    """Processes that declare their queues in the same moment neither read half a table nor lose a binding."""
    (tmp_path / "control").mkdir()
    together = threading.Barrier(STARTERS)
    failures = []

    def start(number, turn):
        with open_queue(tmp_path) as connection:
            channel = connection.channel()
            together.wait()
            try:
                channel._queue_bind(f"turn{turn}", "", "", f"queue{number}")
                channel.get_table(f"turn{turn}")
            except Exception as error:  # whatever it is, the test names it
                failures.append(error)

    for turn in range(TURNS):
        threads = [threading.Thread(target=start, args=(number, turn)) for number in range(STARTERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with open_queue(tmp_path) as connection:
        channel = connection.channel()
        tables = [{bound.queue for bound in channel.get_table(f"turn{turn}")} for turn in range(TURNS)]
    assert failures == []
    assert tables == [{f"queue{number}" for number in range(STARTERS)}] * TURNS
