"""What is done for the patient from here: the own copy of the record."""

from portal.actions.copying import copy_record

__all__ = ["copy_record"]
