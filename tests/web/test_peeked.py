import io


def test_an_uploaded_table_is_looked_at_under_its_own_name(fresh):
    ada = fresh.browser("analyst")

    def up(name, content):
        return ada.ask("POST", "/api/v1/files", files={"file": (name, io.BytesIO(content), "text/csv")}).json()["id"]

    found = ada.ask("POST", "/api/v1/peek", json={"file": up("a.csv", b"smiles,pIC50\nCCO,5\nCCN,6\n")}).json()
    assert (found["structure"], found["value"], found["rows"][0]) == ("smiles", "pIC50", ["CCO", "5"])
    empty = ada.ask("POST", "/api/v1/peek", json={"file": up("b.csv", b"")})
    assert empty.status_code == 422 and empty.json()["detail"].startswith("b.csv")
    assert ada.ask("POST", "/api/v1/peek", json={"file": "none"}).status_code == 422
    other = fresh.browser("analyst", project=fresh.held.projects.add("Elsewhere").id)
    assert other.ask("POST", "/api/v1/peek", json={"file": up("c.csv", b"smiles\nC\n")}).status_code == 422
