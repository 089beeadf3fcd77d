"""Which files of installed packages are served, under which names, and without what our pages may not load."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

SOURCE_MAP_LINE = re.compile(rb"(?m)^[ \t]*(?://[#@] ?sourceMappingURL=\S+|/\*[#@] ?sourceMappingURL=.*?\*/)[ \t]*$")
INLINE_PICTURE = re.compile(rb'url\("data:image/svg\+xml,[^"]*"\)')


@dataclass(frozen=True)
class PackagedFile:
    """A file of an installed package (import name, path inside it) and the name it is served under."""

    served_as: str
    package: str
    path: str

    @property
    def location(self) -> Path:
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise LookupError(f"{self.served_as}: the package {self.package} is not installed.")
        return Path(spec.submodule_search_locations[0]) / self.path


PACKAGED_FILES = (
    PackagedFile("packaged/bootstrap.css", "js_lib_bootstrap5", "static/js-lib-bootstrap5/css/bootstrap.min.css"),
    PackagedFile("packaged/htmx.js", "django_htmx", "static/django_htmx/htmx-2.min.js"),
)


def without_source_map(content: bytes) -> bytes:
    """The same file without its source-map lines; manifest storage would look for the map and fail."""
    return SOURCE_MAP_LINE.sub(b"", content)


def without_inline_pictures(content: bytes) -> bytes:
    """The same style sheet with `none` for each picture that stands in it: the pages' policy refuses those, so that a
    browser complains about each until our own sheet, which names files, has come."""
    return INLINE_PICTURE.sub(b"none", content)


class PackagedFilesStorage(Storage):
    """A read-only view of the named files, which is all that collectstatic asks for."""

    prefix = None

    def __init__(self, files: tuple[PackagedFile, ...] = PACKAGED_FILES) -> None:
        self.files = {file.served_as: file for file in files}

    def _open(self, name: str, mode: str = "rb") -> File:
        content = without_source_map(self.files[name].location.read_bytes())
        return ContentFile(without_inline_pictures(content) if name.endswith(".css") else content, name=name)

    def exists(self, name: str) -> bool:
        return name in self.files

    def path(self, name: str) -> str:
        return str(self.files[name].location)

    def get_modified_time(self, name: str):
        return datetime.fromtimestamp(self.files[name].location.stat().st_mtime, tz=UTC)


class NamedModulesStorage(CompressedManifestStaticFilesStorage):
    """Files under names that change with what they hold, also where one script of ours imports another."""

    _imports = ManifestFilesMixin._js_module_import_aggregation_patterns[1]
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _imports))


class PackagedFilesFinder(BaseFinder):
    """Lets `{% static 'packaged/…' %}` and collectstatic find the named files of installed packages."""

    def __init__(self, app_names=None, *args, **kwargs) -> None:
        self.storage = PackagedFilesStorage()
        super().__init__(*args, **kwargs)

    def check(self, **kwargs) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs):
        found = self.storage.path(path) if self.storage.exists(path) else None
        if find_all:
            return [found] if found else []
        return found or []

    def list(self, ignore_patterns) -> Iterator[tuple[str, Storage]]:
        for name in self.storage.files:
            yield name, self.storage
