"""``intertwine experiment``: what a wrong call is told."""


def test_wrong_calls(intertwine, here, monkeypatch):
    monkeypatch.setenv("INTERTWINE_CACHE", str(here / "cache"))
    monkeypatch.delenv("INTERTWINE_DATA", raising=False)
    missing = intertwine("experiment", "rotation", "--quick")
    assert missing.code == 2
    assert missing.err == (
        "intertwine: mnist is not on this machine.\n  Fetch it: intertwine data mnist\n"
    )
    assert not (here / "rotation").exists()
    assert "Did you mean 'rotation'?" in intertwine("experiment", "rotatoin").err
    angles = intertwine("experiment", "rotation", "--angles", "0,north")
    assert angles.code == 2
    assert "--angles 0,north: must be numbers between commas" in angles.err
    assert "--angles nan: must be" in intertwine("experiment", "rotation", "--angles", "nan").err
    assert (
        "Did you mean 'fourier'?" in intertwine("experiment", "rotation", "--methods", "furier").err
    )
