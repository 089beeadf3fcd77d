"""Mail on one machine: one private file for each message, whatever else is written beside it."""

import email
from email import policy

from django.core.mail import EmailMultiAlternatives, get_connection


def test_each_message_is_one_private_file(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    connection = get_connection("clinic.mail_folder.EmailBackend")
    messages = [
        EmailMultiAlternatives(
            f"Number {number}", "é\n" + "-" * 79 + "\n" + "x" * 20_000, to=[f"p{number}@test.invalid"]
        )
        for number in range(3)
    ]

    assert connection.send_messages(messages) == 3

    files = sorted((tmp_path / "mail").iterdir())
    read = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    assert [message["To"] for message in read] == [f"p{number}@test.invalid" for number in range(3)]
    assert all(message.get_content().count("x") == 20_000 for message in read)
    assert {path.suffix for path in files} == {".eml"}
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert oct((tmp_path / "mail").stat().st_mode & 0o777) == "0o700"
