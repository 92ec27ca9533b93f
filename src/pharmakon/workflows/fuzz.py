"""Inputs that nobody would send by accident: good ones, bent by the ways that break parsers."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from pharmakon.core.random import stream
from pharmakon.store.keys import Lock
from pharmakon.store.vault import seal

LONGEST = 200_000
"""Bytes of an input, but for bombs, which are short and grow."""
SMILES = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "C[C@H](N)C(=O)[O-].[Na+]",
    "O=C1c2ccccc2C(=O)N1[C@@H]1CCC(=O)NC1=O",
    "F/C=C/F",
    "[13CH2]%10CC%10",
    "c1ccc2[nH]ccc2c1",
    "C1CC1 |$R1;;$|",
    "[Co+3].[NH3].[Cl-]",
)
TOKENS: Sequence[bytes] = (
    *(b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\t", b'"', b'""', b"'", b",", b";", b"|"),
    *(b"[", b"]", b"{", b"}", b"(", b")", b"%", b"=", b"#", b"@", b"@@", b".", b"/", b"\\", b"$", b"~", b"*", b":"),
    *(b"0", b"-1", b"999", b"9999999999999999999999", b"1e999", b"-0.0", b"NaN", b"inf", b"null", b"true"),
    *(
        b"../../x",
        b"/etc/passwd",
        b"=cmd|' /C calc'!A0",
        b"\xf0\x9f\x92\x8a",
        b"\xe2\x80\xae",
        b"\xc3\x28",
        b"\xed\xa0\x80",
    ),
    *(b"$$$$\n", b"M  END\n", b"V3000", b"V2000", b"M  RGP  1   1   1", b"> <a>\n", b"  0  0  0  0"),
    *(b"[C@TH99]", b"[999U+99]", b"C1CC1C1", b"%(99999)", b">>", b"c1cccc1", b"[H][H]", b"[*:99999]", b'x","\n'),
)

Kind = str


def kinds() -> Mapping[Kind, str]:
    """What is read, and the name of the file that it is given as; "" for a text that is no file."""
    return {
        "SMILES": "",
        "SDF": "x.sdf",
        "SMILES file": "x.smi",
        "table": "x.csv",
        "matrix": "m.csv",
        "JSON": "x.json",
        "TOML": "x.toml",
        "compressed": "x.csv.gz",
        "vault": "x.csv.vault",
        "Parquet": "x.parquet",
        "h5ad": "x.h5ad",
    }


def fuzzed(kind: Kind, number: int, *, seed: int = 0) -> bytes:
    """Input `number` of a kind: the same for the same seed. Some are whole, most are bent up to eight times."""
    random = stream(seed, "fuzz", kind, str(number))
    good = seeds(kind)
    content = good[int(random.integers(len(good)))]
    for _ in range(int(random.integers(0, 9))):
        bend = WAYS[int(random.integers(len(WAYS)))]
        content = bend(content, good, random)[:LONGEST]
    if kind == "compressed" and random.random() < 0.5:  # bent inside, and packed again
        content = gzip.compress(content[:5000], mtime=0)
    return content


@cache
def seeds(kind: Kind) -> tuple[bytes, ...]:
    """Good inputs of a kind, and some that are bad in a way of their own: bombs, depths, lines without end."""
    return tuple(_MADE[kind]())


def _smiles() -> list[bytes]:
    deep, ringed, charged = "C(" * 3000 + "C" + ")" * 3000, "C1" * 3000, "[NH4+]." * 900
    return [*(text.encode() for text in SMILES), deep.encode(), ringed.encode(), charged.encode(), b"C" * 9999]


def _records() -> list[bytes]:
    from rdkit import Chem

    mols = [Chem.MolFromSmiles(text.split(" ")[0]) for text in SMILES]
    blocks = [Chem.MolToMolBlock(mol) for mol in mols] + [Chem.MolToV3KMolBlock(mol) for mol in mols]
    texts = [f"{block}> <id>\nM{i}\n\n> <y>\n{i}.5\n\n$$$$\n" for i, block in enumerate(blocks)]
    return [text.encode() for text in (*texts, "".join(texts), "x\n" * 50_000, "> <a>\n" * 20_000)]


def _table() -> list[bytes]:
    rows = "".join(f'{i},{text},"{i}.5"\n' for i, text in enumerate(SMILES))
    return [
        f"id,smiles,y\n{rows}".encode(),
        f"id;smiles;y\r\n{rows.replace(',', ';')}".encode("utf-16"),
        b"a" + b",a" * 20_000 + b"\n",
        b"," * 50_000,
        b"id,smiles\n" + b'x","\n' * 20_000,
        b'id,smiles\n"' + b'""\n' * 20_000,
        b"smiles\n" + b"C" * 150_000,
    ]


def _matrix() -> list[bytes]:
    random = np.random.default_rng(0)
    lines = [",".join(["", *(f"G{j}" for j in range(20))])]
    lines += [",".join([f"S{i}", *(f"{x:.3f}" for x in random.normal(size=20))]) for i in range(30)]
    return ["\n".join(lines).encode(), *_table()]


def _json() -> list[bytes]:
    patient = {"resourceType": "Patient", "id": "x", "name": [{"family": "A", "given": ["B"]}], "birthDate": "1970"}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient}] * 5}
    texts = [json.dumps(bundle), json.dumps(patient, indent=1), "[" * 100_000, '{"a":' * 30_000, "9" * 50_000]
    return [text.encode() for text in (*texts, '"' + "\\u0000" * 5000 + '"', '"\\ud800"')]


def _toml() -> list[bytes]:
    text = '[clinical]\nfile = "x.csv"\nkeep = {a = ["b"]}\n[[blocks]]\nname = "rna"\nfile = "y.csv"\n'
    return [text.encode(), b"a = " + b"[" * 50_000, b"a." * 20_000 + b"a = 1", b"a = " + b"{a=" * 20_000]


def _compressed() -> list[bytes]:
    table = _table()[0]
    packed = [packer(table) for packer in (gzip.compress, bz2.compress, lzma.compress)]
    bombs = [packer(bytes(100_000_000)) for packer in (gzip.compress, bz2.compress, lzma.compress)]
    return [*packed, *bombs, gzip.compress(bombs[1])]


def _vault() -> list[bytes]:
    made = []
    for chunk in (6, 10, 20):
        out = io.BytesIO()
        seal(io.BytesIO(_table()[0]), out, Lock("environment"), chunk=chunk)
        made.append(out.getvalue())
    return made


def _parquet() -> list[bytes]:
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        made = []
        for i, query in enumerate(
            ("SELECT i AS id, 'CCO' AS smiles, i / 3 AS y FROM range(50) t(i)", "SELECT 'C' AS smiles, [1, 2] AS l")
        ):
            path = Path(folder) / f"{i}.parquet"
            connection.sql(query).write_parquet(str(path))
            made.append(path.read_bytes())
    return made


def _h5ad() -> list[bytes]:
    import anndata
    import h5py
    from scipy import sparse

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.h5ad"
        data = anndata.AnnData(np.arange(12.0).reshape(3, 4))
        data.obs["arm"] = ["a", "b", "a"]
        data.layers["s"] = sparse.csr_matrix(data.X)
        data.write_h5ad(path)
        made = [path.read_bytes()]
        with h5py.File(path, "a") as file:
            del file["X"]
            file.create_dataset("X", shape=(10**6, 10**6), chunks=(1000, 1000), dtype="f8")
        return [*made, path.read_bytes()]


_MADE: Mapping[Kind, Callable[[], list[bytes]]] = {
    "SMILES": _smiles,
    "SDF": _records,
    "SMILES file": lambda: [b"\n".join(text + b" n" for text in _smiles()), *_smiles()],
    "table": _table,
    "matrix": _matrix,
    "JSON": _json,
    "TOML": _toml,
    "compressed": _compressed,
    "vault": _vault,
    "Parquet": _parquet,
    "h5ad": _h5ad,
}


def _bits(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in random.integers(len(changed), size=int(random.integers(1, 9))) if changed else ():
        changed[place] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _inserted(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    at = int(random.integers(len(content) + 1))
    return content[:at] + TOKENS[int(random.integers(len(TOKENS)))] + content[at:]


def _replaced(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    token = TOKENS[int(random.integers(len(TOKENS)))]
    at = int(random.integers(len(content) + 1))
    return content[:at] + token + content[at + len(token) :]


def _cut(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    start, end = sorted(int(x) for x in random.integers(len(content) + 1, size=2))
    return content[:start] if random.random() < 0.3 else content[:start] + content[end:]


def _repeated(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    at = int(random.integers(len(content) + 1))
    piece = content[at : at + int(random.integers(1, 40))]
    return content[:at] + piece * int(10 ** random.uniform(0, 3.7)) + content[at:]


def _spliced(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    other = good[int(random.integers(len(good)))]
    return content[: int(random.integers(len(content) + 1))] + other[int(random.integers(len(other) + 1)) :]


def _numbers(content: bytes, good: Sequence[bytes], random: np.random.Generator) -> bytes:
    """Four or eight bytes that a binary format may take for a length."""
    width = int(random.choice([1, 2, 4, 8]))
    value = int(random.choice([0, 1, 127, 255, 2**15 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1])) % (1 << 8 * width)
    at = int(random.integers(len(content) + 1))
    return content[:at] + value.to_bytes(width, "little") + content[at + width :]


WAYS: Sequence[Callable[[bytes, Sequence[bytes], np.random.Generator], bytes]] = (
    _bits,
    _inserted,
    _replaced,
    _cut,
    _repeated,
    _spliced,
    _numbers,
)
