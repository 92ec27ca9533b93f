"""SDF files, record by record: a broken record is a row with a problem, and the next one is read all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pharmakon.core.limits import beyond, limit

from .bytestream import TextFile

_END = "$$$$"
_TAG = re.compile(r">.*?<(.*)>")


class SDF:
    """Records of an SDF file. The columns are all the properties found in a first pass, in order of appearance."""

    def __init__(self, file: TextFile) -> None:
        self._file, self.notes = file, list(file.notes)
        found: dict[str, None] = {}
        most = limit("PROPERTIES")
        for line in file.lines():
            if line.startswith(">") and (match := _TAG.match(line)):
                found[match[1]] = None
                if len(found) > most:
                    raise beyond("PROPERTIES", file.path)
        self.columns = tuple(found)

    def rows(self) -> Iterator[tuple[list[str], str, str, str]]:
        """(cells, problem, SMILES, title) of each record."""
        for record in self._records():
            block, properties = _sections(record)
            smiles, problem = _structure(block)
            yield (
                [properties.get(name, "") for name in self.columns],
                problem,
                smiles,
                block[0].strip() if block else "",
            )

    def _records(self) -> Iterator[list[str]]:
        record: list[str] = []
        longest, largest, size = limit("RECORD"), limit("LINE"), 0
        for line in self._file.lines():
            line = line.rstrip("\r\n")
            if line.startswith(_END):
                yield record
                record, size = [], 0
                continue
            record.append(line)
            size += len(line)
            if len(record) > longest or size > largest:
                raise beyond("RECORD" if len(record) > longest else "LINE", f"a record of {self._file.path}")
        if any(line.strip() for line in record):
            yield record


def _sections(record: list[str]) -> tuple[list[str], dict[str, str]]:
    """The mol block, and the properties; a value keeps its inner blank lines."""
    end = next((n for n, line in enumerate(record) if line.startswith("M  END")), None)
    first = next(
        (n for n, line in enumerate(record) if n > (-1 if end is None else end) and _TAG.match(line)), len(record)
    )
    properties: dict[str, list[str]] = {}
    value: list[str] = []
    for line in record[first:]:
        if match := _TAG.match(line):
            value = properties[match[1]] = []
        else:
            value.append(line)
    return record[:first] if end is None else record[: end + 1], {
        name: "\n".join(lines).rstrip() for name, lines in properties.items()
    }


def _structure(block: list[str]) -> tuple[str, str]:
    """(SMILES, problem). A molecule that breaks chemistry's rules still gets the SMILES of what was drawn."""
    from rdkit import Chem, rdBase

    if len(block) < 4:
        return "", "the record has no structure"
    text = "\n".join(block)
    with rdBase.BlockLogs():
        mol = Chem.MolFromMolBlock(text)
        if mol is not None:
            return (Chem.MolToSmiles(mol), "") if mol.GetNumAtoms() else ("", "the record has no atoms")
        drawn = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False)
        if drawn is None:
            return "", "the structure block cannot be read"
        problems = Chem.DetectChemistryProblems(drawn)
        return Chem.MolToSmiles(drawn), problems[0].Message() if problems else "the structure is not valid"
