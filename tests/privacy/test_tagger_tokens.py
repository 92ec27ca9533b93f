from pharmakon.privacy.tagger_tokens import LONGEST, tokenise


def test_tokens_lie_where_the_text_has_them():
    text = "Dr. Ana Ruiz-Mas, 28035\n\n  NHC:25_a ñandú\n"
    tokens = tokenise(text)
    assert [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)] == list(tokens.words)
    assert tokens.words == ("Dr", ".", "Ana", "Ruiz", "-", "Mas", ",", "28035", "NHC", ":", "25", "_", "a", "ñandú")
    assert set(tokens.line) == {0, 2}


def test_a_word_with_a_capital_inside_is_two():
    assert tokenise("MartínezEmail años2").words == ("Martínez", "Email", "años", "2")


def test_segments_cover_every_token_once_and_no_sentence_of_a_short_line_is_parted():
    sentence = "La paciente refiere dolor abdominal. "
    tokens = tokenise(sentence * 30 + "\n" + sentence * 2)
    assert [i for a, b in tokens.segments for i in range(a, b)] == list(range(len(tokens)))
    assert len(tokens.segments) > 2
    assert tokens.segments[-1][1] - tokens.segments[-1][0] == 12
    assert all(b - a < LONGEST + 10 for a, b in tokens.segments)


def test_nothing_has_no_tokens():
    assert len(tokenise("")) == len(tokenise(" \n ")) == 0 and tokenise("\n").segments == ()
