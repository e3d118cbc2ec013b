"""Importing: foreign histories, read by a declarative mapping and observed (docs/import.md)."""

from milepost.importing.account import FATES, Account, Fate
from milepost.importing.lines import Unimportable
from milepost.importing.mapping import Mapping, Unmappable, mapping_from
from milepost.importing.people import People, people_of
from milepost.importing.running import Imported, import_file

__all__ = [
    "FATES",
    "Account",
    "Fate",
    "Imported",
    "Mapping",
    "People",
    "Unimportable",
    "Unmappable",
    "import_file",
    "mapping_from",
    "people_of",
]
