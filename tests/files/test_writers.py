"""No writer goes past the guard."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "kanpo"
#: The store has the project file and its copies to itself; this room is the guard.
ROOMS_OF_THEIR_OWN = ("store", "files")
#: What writes outside both, and why it may: function in its module.
ALLOWED = {
    ("cli/_click.py", "format_help_text"): "the help on the screen",
    ("trials/_unite.py", "_drop"): "the backup that was just made and is not needed",
    (
        "exchange/_archive_restore.py",
        "restore_archive",
    ): "its own draft of a project, which the store puts in place",
    ("trials/_unite.py", "_unite"): "copies of projects in a temporary folder and beside the project",
    ("parcels/_formats.py", "unpack"): "members of a zip, into a temporary folder",
    ("sites/_vectors.py", "open_vector"): "a layer, into a temporary folder",
    ("sites/_vectors.py", "_unpacked"): "members of a zip, into a temporary folder",
    ("cli/_main.py", "main"): "the null device",
    ("cli/_main.py", "_logged"): "the log of an error, in the folder for temporary files",
    ("cli/_demo_folder.py", "clear_folder"): "the project of a demo that is as the demo left it",
    ("tables/_book.py", "_no_sheets_left"): "sheets that openpyxl leaves in the folder for temporary files",
}
WRITING = frozenset(
    {
        *("write_text", "write_bytes", "save", "to_file", "to_parquet", "savefig"),
        *("write_dataframe", "mkdir", "makedirs", "unlink", "rmdir", "rename", "renames", "touch", "rmtree"),
        *(
            "copyfile",
            "copy2",
            "copyfileobj",
            "copytree",
            "move",
            "symlink_to",
            "hardlink_to",
            "link",
            "remove",
        ),
        *("to_excel", "to_feather", "tofile", "savetxt"),
    }
)


def _mode(call: ast.Call) -> str:
    given = [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
    return next(
        (
            str(arg.value)
            for arg in given
            if isinstance(arg, ast.Constant) and str(arg.value).strip("bt+") in "wax" and arg.value
        ),
        "",
    )


def _drafts(tree: ast.AST) -> set[str]:
    """Names that stand for a draft of the guard, and for what is opened in one."""
    names = {"draft"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            made, name = item.context_expr, item.optional_vars
            if isinstance(made, ast.Call) and isinstance(name, ast.Name):
                on_draft = any(isinstance(arg, ast.Name) and arg.id in names for arg in made.args)
                if on_draft or (isinstance(made.func, ast.Name) and made.func.id == "replacing"):
                    names.add(name.id)
    return names


def _writes(call: ast.Call, drafts: set[str]) -> bool:
    function = call.func
    word = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    receiver = function.value if isinstance(function, ast.Attribute) else None
    concerned = [receiver, *call.args]
    if any(isinstance(one, ast.Name) and one.id in drafts for one in concerned):
        return False
    if word == "remove" and receiver is not None and getattr(receiver, "id", "") != "os":
        return False
    if word == "rename" and any(word.arg in ("columns", "index") for word in call.keywords):
        return False
    if word == "rename" and call.args and isinstance(call.args[0], ast.Constant):
        return False
    if word == "replace":
        return getattr(receiver, "id", "") == "os"
    if word in ("open", "ZipFile"):
        return bool(_mode(call))
    return word in WRITING


def _functions(tree: ast.Module) -> list[tuple[str, ast.AST]]:
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, node) for node in inside] or [("", tree)]


def found_past_the_guard(root: Path = ROOT) -> list[tuple[str, str, int]]:
    past = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] in ROOMS_OF_THEIR_OWN:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function, node in _functions(tree):
            drafts = _drafts(node)
            past += [
                (name, function, call.lineno)
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and _writes(call, drafts) and (name, function) not in ALLOWED
            ]
    return past


def test_r19_no_writer_goes_past_the_guard() -> None:
    assert not found_past_the_guard()


def test_r19_a_writer_past_the_guard_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    lines = (
        "path.write_text('x')",
        "open(path, 'w')",
        "path.open('wb')",
        "book.save(path)",
        "zipfile.ZipFile(path, 'w')",
        "frame.to_file(path)",
        "os.replace(a, b)",
        "path.rename(other)",
        "shutil.copyfile(a, b)",
    )
    for number, line in enumerate(lines):
        (tmp_path / "room" / f"m{number}.py").write_text(f"def write(path):\n    {line}\n", encoding="utf-8")
    assert len(found_past_the_guard(tmp_path)) == len(lines)
