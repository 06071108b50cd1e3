"""Finding the project, as git finds a repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.herbs import Catalogue


def catalogue_of(path: Path) -> Catalogue:
    """The herb catalogue that a project uses, and on stderr whether own rows are among it."""
    from kanpo.cli._present import say
    from kanpo.herbs import project_catalogue
    from kanpo.store import Project

    with Project.open(path) as opened:
        catalogue = project_catalogue(opened)
    if catalogue.own_herbs:
        names = [catalogue.herbs[herb].label for herb in catalogue.own_herbs]
        ja, en = "、".join(name.ja for name in names), ", ".join(name.en for name in names)
        say(
            Text(
                f"生薬目録: 自分の生薬 {ja}(目録 {catalogue.digest[:12]})",
                f"herb catalogue: your own herbs {en} (catalogue {catalogue.digest[:12]})",
            )
        )
    if catalogue.own:
        name, count = catalogue.own[0].file, len(catalogue.own)
        say(
            Text(
                f"生薬目録: 自分の行 {count} 件を使います({name}、目録 {catalogue.digest[:12]})",
                f"herb catalogue: {count} rows of your own are used ({name}, catalogue {catalogue.digest[:12]})",
            )
        )
    return catalogue


def find_project(given: Path | None) -> Path:
    """The project file: the one given, then ``KANPO_PROJECT``, then searched upwards from here.

    Raises
    ------
    UsageError
        There is none, or a folder holds several.
    """
    if given is not None:
        return given
    named = os.environ.get("KANPO_PROJECT")
    if named:
        return Path(named)
    from kanpo.store import is_project

    for folder in (Path.cwd(), *Path.cwd().parents):
        found = [path for path in sorted(folder.glob("*.gpkg")) if is_project(path)]
        if len(found) == 1:
            return found[0]
        if found:
            names = "、".join(path.name for path in found)
            raise UsageError(
                "project.several",
                Text(
                    f"{folder} にプロジェクトが複数あります({names})",
                    f"{folder} holds several projects ({names})",
                ),
                Text(
                    f"--project {found[0].name} のように選んでください",
                    f"choose one with --project {found[0].name}",
                ),
            )
    raise UsageError(
        "project.none",
        Text("プロジェクトが見つかりません", "no project was found"),
        Text(
            "kanpo init 名前.gpkg で作るか、--project で指定してください",
            "make one with kanpo init NAME.gpkg, or say which with --project",
        ),
    )


def notes_on(path: Path) -> list[Text]:
    """What of a project file is not as it should lie there, and what to do about it: nothing as a rule."""
    from kanpo.store import in_wal_mode, unfinished_restore

    notes = []
    command = unfinished_restore(path)
    if command is not None:
        notes.append(
            Text(
                f"{path.name} の復元が途中で止まっています(プロジェクト・名簿・写真の時点が違うかもしれません)。"
                f"もう一度実行してください: {command}",
                f"a restore of {path.name} was cut off (project, people and photos may be of different times); "
                f"run it again: {command}",
            )
        )
    if in_wal_mode(path):
        notes.append(_wal_note(path))
    return notes


def _wal_note(path: Path) -> Text:
    """Somebody who copies the file alone copies less than what was recorded."""
    return Text(
        f"{path.name} は、ほかのプログラム(QGIS など)が WAL モードで開いています。閉じるまで、このファイルだけを"
        f"コピーしないでください(写しは kanpo backup で)。閉じた後の次の書き込みで元のモードに戻します。",
        f"{path.name} was opened in WAL mode by another program (such as QGIS). Until that is closed do not copy "
        "the file alone (use kanpo backup); the next write after that brings it back.",
    )


def project_if_any(given: Path | None) -> Path | None:
    """The project file as `find_project` finds it; None where there is none to be found."""
    try:
        return find_project(given)
    except UsageError:
        return None


def catalogue_here(given: Path | None = None) -> Catalogue:
    """The herb catalogue of the project that is given or found; the shipped one where there is none."""
    from kanpo.herbs import load_catalogue

    path = project_if_any(given)
    return catalogue_of(path) if path else load_catalogue()
