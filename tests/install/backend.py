"""A build backend without dependencies: it makes the editable wheel of a project that has no code."""

from pathlib import Path
from zipfile import ZipFile

INFO = "tiny-1.0.dist-info"
FILES = {
    "METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nRequires-Dist: alpha\n",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "".join(f"{INFO}/{name},,\n" for name in ("METADATA", "WHEEL", "RECORD")),
}


def build_editable(wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None) -> str:
    """Build the wheel (PEP 660); its file name."""
    name = "tiny-1.0-py3-none-any.whl"
    with ZipFile(Path(wheel_directory) / name, "w") as wheel:
        for file, text in FILES.items():
            wheel.writestr(f"{INFO}/{file}", text)
    return name
