from django.db import migrations

import common.sealed_fields
from common.sealed_rows import SealColumns, seal_plain_rows


class Migration(migrations.Migration):

    dependencies = [
        ('sessions_app', '0009_room_events'),
    ]

    operations = [
        SealColumns(
            [
                ('rescuedrug', 'name', common.sealed_fields.SealedTextField()),
            ]
        ),
        migrations.RunPython(seal_plain_rows("sessions_app"), migrations.RunPython.noop),
    ]
