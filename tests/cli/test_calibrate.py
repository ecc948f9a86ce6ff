"""``intertwine calibrate`` measures, prints and keeps."""

import json

from intertwine.engine import calibrate, machine


def test_figures_are_printed_and_kept(intertwine, here, monkeypatch):
    monkeypatch.setenv("INTERTWINE_CACHE", str(here / "kept"))
    monkeypatch.setattr(calibrate, "PROBES", calibrate.PROBES[:3])
    monkeypatch.setattr(calibrate, "BUDGET", 1e-4)
    machine.current.cache_clear()
    try:
        done = intertwine("calibrate")
        found = machine.current()
    finally:
        machine.current.cache_clear()
        calibrate.CACHE.clear()
    assert done.code == 0
    assert f"Kept in {here / 'kept' / 'machine.json'}" in done.out
    assert "shipped" in done.out
    kept = json.loads((here / "kept" / "machine.json").read_text())
    assert kept["measured_on"] == machine.identity()
    assert kept["seconds"]["call"] == found.call
