"""Folders beside the project file: what came in byte for byte, and photos."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kanpo.exchange.phone import HandedPhoto
from kanpo.files import make_folder, replacing
from kanpo.store import Project


def originals_folder(project: Project) -> Path:
    """Where the files lie that records were imported from, each under its SHA-256."""
    return project.path.with_name(f"{project.path.stem}_originals")


def photos_folder(project: Project) -> Path:
    """Where the photos lie, each under the name that its record says."""
    return project.path.with_name(f"{project.path.stem}_photos")


def keep_original(project: Project, path: Path) -> Path:
    """Keep a file as it came, under its hash; a file that is there already is not written again.

    Raises
    ------
    EnvironmentFailure
        The disk is full or the folder cannot be written.
    """
    content = path.read_bytes()
    kept = originals_folder(project) / f"{hashlib.sha256(content).hexdigest()}{path.suffix.lower()}"
    _write_once(kept, content)
    return kept


def keep_photo(project: Project, photo: HandedPhoto) -> Path:
    """Keep a photo under its record's id.

    Raises
    ------
    EnvironmentFailure
        The disk is full or the folder cannot be written.
    """
    kept = photos_folder(project) / photo.name
    _write_once(kept, photo.content)
    return kept


def _write_once(path: Path, content: bytes) -> None:
    if path.is_file() and path.stat().st_size == len(content):
        return
    make_folder(path.parent)
    with replacing(path, gives_way=True, mark=False) as draft:
        draft.write_bytes(content)
