"""The order of a round: the trail is chained before, between and after the other steps."""

from threading import Event

import pytest

from gongzhi.worker import pipeline


def test_the_sealer_runs_after_every_step_also_one_that_fails(monkeypatch):
    done = []

    def step(name):
        def run():
            done.append(name)
            if name == "broken":
                raise OSError
            return 1

        return run

    monkeypatch.setattr(pipeline, "seal", step("seal"))
    monkeypatch.setattr(pipeline, "close_old_connections", lambda: None)
    pipeline._round((("slow", step("slow")), ("broken", step("broken")), ("last", step("last"))))
    assert done == ["slow", "seal", "broken", "seal", "last", "seal"]


def test_the_first_thing_that_a_worker_does_is_to_chain_what_waits(monkeypatch):
    done, loaded = [], Event()
    monkeypatch.setattr(pipeline, "seal", lambda: done.append("seal"))
    monkeypatch.setattr(pipeline, "warm", lambda: done.append("warm"))
    monkeypatch.setattr(pipeline, "load_crowd", loaded.set)
    monkeypatch.setattr(pipeline, "_round", lambda steps: done.append(steps[0][0]))
    monkeypatch.setattr(pipeline, "_beside", lambda steps: None)
    monkeypatch.setattr(pipeline, "seal_until", lambda stop: None)
    alive = iter([1, 1, 2])
    monkeypatch.setattr(pipeline.os, "getppid", lambda: next(alive))
    monkeypatch.setattr(pipeline.time, "sleep", lambda _: None)
    pipeline.forever(parent=1)
    assert done[:3] == ["seal", "warm", "seal"]
    assert loaded.wait(10)
    assert pipeline.EVERY_ROUND[0] == ("seal", pipeline.EVERY_ROUND[0][1])


@pytest.mark.parametrize("name", ["deliver", "pull"])
def test_what_waits_for_machines_of_others_keeps_no_round_waiting(monkeypatch, name):
    """A mail server that hangs, a unit's slow database: files are read and the trail is chained meanwhile."""
    hangs, rounds, chained = Event(), [], Event()

    def beside(steps):
        if name in dict(steps):
            hangs.wait(30)

    monkeypatch.setattr(pipeline, "_beside", beside)
    monkeypatch.setattr(pipeline, "seal_until", lambda stop: chained.set())
    for quick in ("seal", "warm", "load_crowd"):
        monkeypatch.setattr(pipeline, quick, lambda: 0)
    monkeypatch.setattr(pipeline, "_round", rounds.append)
    alive = iter([1] * 3 + [2])
    monkeypatch.setattr(pipeline.os, "getppid", lambda: next(alive))
    monkeypatch.setattr(pipeline, "PAUSE_SECONDS", 0)
    pipeline.forever(parent=1)
    hangs.set()
    assert rounds.count(pipeline.EVERY_ROUND) == 3
    assert all(name not in dict(steps) for steps in rounds)
    assert chained.wait(10)


def test_a_lane_begins_anew_when_it_is_done_and_its_time_has_come(monkeypatch):
    begun = []
    monkeypatch.setattr(pipeline, "_beside", begun.append)
    often, seldom = pipeline._Lane(0, ("often",)), pipeline._Lane(3_600, ("seldom",))
    for _ in range(3):
        for lane in (often, seldom):
            lane.go_on()
            lane._thread.join()
    assert begun.count(("often",)) == 3
    assert begun.count(("seldom",)) == 1


def test_every_step_is_done_once_by_a_tick():
    names = [name for _, steps in (*pipeline.ROUNDS, *pipeline.LANES) for name, _ in steps]
    assert len(set(names)) == len(names)
    assert {"gather", "deliver", "pull", "scan", "remind"} <= set(names)
