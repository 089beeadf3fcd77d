"""Gives what was in stock before containers were kept a container, and products of known packs their size.

What was received before has no row for each vial, and nothing says which vials are left. So each lot of each place
becomes one container, sealed with what the ledger says is there: the first draw opens it. Its ledger begins with that
balance; the rows before name no container and stay as they were written. A practice that wants single vials counts and
receives its stock anew.
"""

import re
from collections import Counter
from decimal import Decimal

from django.db import migrations
from django.db.models import Max

VIAL = re.compile(r"\b(\d+(?:\.\d+)?) mL vial\b")


def name_sizes(apps, schema_editor):
    for product in apps.get_model("dosing", "Product").objects.filter(container_amount=None):
        vial = VIAL.search(f"{product.name}, {product.pack}")
        if product.form == "device":
            product.container_amount = Decimal(1)
        elif vial and product.concentration_mg_per_ml is not None:
            product.container_amount = Decimal(vial[1])
        else:
            continue
        product.save(update_fields=["container_amount"])


def seal_lots(apps, schema_editor):
    container = apps.get_model("dosing", "StockContainer")
    numbers: Counter = Counter()
    lots = apps.get_model("dosing", "StockLot").objects.annotate(most=Max("ledger__after_mg"))
    for lot in lots.order_by("received_at", "id"):
        label = (lot.practice_id, lot.product_id, lot.lot_number)
        full = lot.balance_mg or Decimal(lot.most or 0)
        if not full:
            continue
        numbers[label] += 1
        container.objects.create(
            practice_id=lot.practice_id,
            product_id=lot.product_id,
            lot_number=lot.lot_number,
            lot=lot,
            number=numbers[label],
            full_mg=full,
            received_mg=lot.balance_mg,
            balance_mg=lot.balance_mg,
        )


class Migration(migrations.Migration):

    dependencies = [("dosing", "0008_containers")]

    operations = [
        migrations.RunPython(name_sizes, migrations.RunPython.noop),
        migrations.RunPython(seal_lots, migrations.RunPython.noop),
    ]
