import pytest

from pharmakon.core.closing import Closing


class Door(Closing):
    closed = 0

    def close(self):
        self.closed += 1


def test_the_block_gets_the_thing_and_closes_it():
    with Door() as door:
        assert isinstance(door, Door) and not door.closed
    assert door.closed == 1


def test_an_error_closes_it_and_goes_on():
    door = Door()
    with pytest.raises(KeyError), door:
        raise KeyError("lost")
    assert door.closed == 1


def test_what_cannot_be_closed_cannot_be_made():
    with pytest.raises(TypeError):
        Closing()
