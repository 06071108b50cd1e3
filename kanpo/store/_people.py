"""Names and phones of growers: a file of their own beside the project, which need not leave the office."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pandas as pd

from kanpo.schema import PEOPLE
from kanpo.store._connection import connect, spoken_errors, transaction
from kanpo.store._sql import quoted, table_ddl


def people_file(project: Path) -> Path:
    """Where the people of a project stand."""
    return project.with_name(project.stem + ".people.sqlite")


class People:
    """The people file of a project; it is made when the first person is entered.

    The project itself holds grower codes only.
    """

    def __init__(self, project: Path) -> None:
        self.path = people_file(project)

    def enter(self, person: dict[str, str | None]) -> None:
        """Enter a person, or replace the one of the same grower code."""
        keys = [key for key in PEOPLE.keys if person.get(key) is not None]
        with spoken_errors(self.path):
            if not self.path.exists():
                # Its own from the first byte on: names and phones are for their owner only.
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            elif self.path.stat().st_mode & 0o077:
                # Made by an older kanpo, or copied; where it is another person's, that person has to.
                with suppress(PermissionError):
                    self.path.chmod(0o600)
            connection = connect(self.path, write=True)
            try:
                with transaction(connection):
                    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'people'").fetchone():
                        connection.execute(table_ddl(PEOPLE, unique="grower_code"))
                    connection.execute("DELETE FROM people WHERE grower_code = ?", (person["grower_code"],))
                    connection.execute(
                        f"INSERT INTO people ({', '.join(map(quoted, keys))}) VALUES ({', '.join('?' * len(keys))})",
                        [person[key] for key in keys],
                    )
            finally:
                connection.close()

    def take_over(self, other: Path) -> pd.DataFrame:
        """Enter the people of another project's people file whose grower code is not known here.

        Returns
        -------
        DataFrame
            Columns grower_code and field: where the two files say different things. What stands
            here stays; the words themselves are not repeated, for they are personal.
        """
        here = self.read().set_index("grower_code")
        differing: list[tuple[str, str]] = []
        for person in People(other).read().to_dict("records"):
            code = person["grower_code"]
            if code not in here.index:
                self.enter({str(key): value for key, value in person.items()})
                continue
            known = here.loc[code]
            differing += [
                (code, key)
                for key in PEOPLE.keys
                if key != "grower_code" and (person[key] or None) != (known[key] or None)
            ]
        return pd.DataFrame(differing, columns=["grower_code", "field"])

    def read(self) -> pd.DataFrame:
        """Everybody entered; empty when there is no people file."""
        if not self.path.exists():
            return pd.DataFrame(columns=list(PEOPLE.keys))
        with spoken_errors(self.path):
            connection = connect(self.path, write=False)
            try:
                names = ", ".join(map(quoted, PEOPLE.keys))
                rows = connection.execute(f"SELECT {names} FROM people ORDER BY grower_code").fetchall()
            finally:
                connection.close()
        return pd.DataFrame(rows, columns=list(PEOPLE.keys))
