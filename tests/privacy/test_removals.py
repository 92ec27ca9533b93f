from pharmakon.privacy.removals import Look, Place, Removals


def test_removals_are_counted_by_place_and_values_by_record():
    found = Removals("#0")
    found.took("name", "name", "removed", " Ana ", "1")
    found.took("name", "name", "removed", "Eva", "2")
    found.took("dob", "date", "year only")
    found.look("name", "why")
    named = found.named("a.csv")
    assert named.counts[Place("a.csv", "name", "name", "removed")] == 2
    assert named.values == {"Ana": {"a.csv:1"}, "Eva": {"a.csv:2"}}
    assert named.looks == {Look("a.csv", "name", "why")}
    assert named.of("date") == 1


def test_files_add_up():
    whole = Removals()
    for file in ("a", "b"):
        one = Removals(file)
        one.took("x", "name", "removed", "Ana", "1")
        whole.add(one)
    assert whole.of("name") == 2
    assert whole.values["Ana"] == {"a:1", "b:1"}
