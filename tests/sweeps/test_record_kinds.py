"""Every stored row says what may happen to it and whom it is about; the database holds the same rules (R40-R46)."""

import pytest
from django.db import connection, models

from common.immutability import expected_triggers, missing_triggers
from common.records import EventRecord, Privacy, Record, RecordKind
from tests.sweeps.project import record_models

MODELS = record_models()
in_each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


@in_each_model
def test_kind_is_declared(model):
    assert issubclass(model, Record), "Every model is a common.records.Record."
    assert isinstance(model.kind, RecordKind)


@in_each_model
def test_every_field_has_one_privacy_class(model):
    privacy = model.privacy
    assert isinstance(privacy, Privacy)
    listed = f"{privacy.identifying} {privacy.clinical} {privacy.operational}".split()
    assert len(listed) == len(set(listed)), "A field has one class."
    fields = {field.name for field in model._meta.concrete_fields}
    assert set(listed) == fields, f"missing {fields - set(listed)}, unknown {set(listed) - fields}"


@in_each_model
def test_key_is_a_uuid(model):
    assert isinstance(model._meta.pk, models.UUIDField | models.OneToOneField)


@in_each_model
def test_nothing_is_deleted_with_its_parent(model):
    loose = [
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete is not models.PROTECT
    ]
    assert not loose, f"on_delete=PROTECT for {loose}"


@in_each_model
def test_no_hidden_tables_and_no_floats(model):
    assert not model._meta.many_to_many, "A link between two records is a record of its own."
    assert not [field.name for field in model._meta.concrete_fields if isinstance(field, models.FloatField)]


@in_each_model
def test_signed_record_names_its_seal(model):
    if model.kind is RecordKind.SIGNED:
        assert model._meta.get_field(model.frozen_by).null
    for name in model.frozen_with:
        assert model._meta.get_field(name).related_model.frozen_by


@in_each_model
def test_clinical_event_knows_both_times(model):
    if issubclass(model, EventRecord):
        assert model.kind is RecordKind.EVENT
        names = {constraint.name for constraint in model._meta.constraints}
        assert any(name.endswith("not_future") for name in names), "Meta must inherit EventRecord.Meta's constraint."


@in_each_model
def test_choices_are_checked_by_the_database(model):
    """Every enum is a check constraint, so that raw SQL cannot store an unknown word."""
    checks = [str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    chosen = [f.name for f in model._meta.concrete_fields if f.choices and not isinstance(f, models.BooleanField)]
    unchecked = [name for name in chosen if not any(f"'{name}" in check for check in checks)]
    assert not unchecked, f"No CheckConstraint names {unchecked}."


@pytest.mark.django_db
def test_database_has_every_trigger():
    assert missing_triggers() == []


@in_each_model
def test_kept_rows_have_triggers(model):
    if model.kind in (RecordKind.REFERENCE, RecordKind.WORKING):
        return
    names = [name for name in expected_triggers(connection.vendor) if f"keep_{model._meta.db_table}_" in name]
    acts = {name.rpartition("_")[2] for name in names}
    wanted = {"delete"} | ({"insert"} if connection.vendor == "sqlite" else {"truncate"})
    if model.kind in (RecordKind.EVENT, RecordKind.SIGNED):
        wanted |= {"update"}
    assert wanted <= acts


@in_each_model
def test_trigger_names_fit_postgresql(model):
    from common.immutability import postgresql_triggers

    if model.kind not in (RecordKind.REFERENCE, RecordKind.WORKING):
        assert len(postgresql_triggers(model)) == len({name[:63] for name in postgresql_triggers(model)})
        assert not [name for name in postgresql_triggers(model) if len(name) >= 63]


@in_each_model
def test_replace_guard_knows_every_unique_index(model):
    """SQLite's REPLACE removes a row through any unique index; the guard compares columns, so not expressions."""
    if model.kind in (RecordKind.EVENT, RecordKind.SIGNED):
        unique = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
        assert not [constraint.name for constraint in unique if constraint.expressions]
        assert not model._meta.unique_together
