"""Imports of foreign histories by a declarative mapping (docs/import.md)."""

from milepost.imports.import_run import Imported, import_file
from milepost.imports.lines import Unimportable
from milepost.imports.mapping import Mapping, Unmappable, mapping_from
from milepost.imports.pseudonyms import People, people_of
from milepost.imports.report import FATES, Fate, ImportReport

__all__ = [
    "FATES",
    "Fate",
    "ImportReport",
    "Imported",
    "Mapping",
    "People",
    "Unimportable",
    "Unmappable",
    "import_file",
    "mapping_from",
    "people_of",
]
