"""The order of a round: the trail is chained before, between and after the other steps."""

from threading import Event

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
    monkeypatch.setattr(pipeline, "_beside", lambda: None)
    alive = iter([1, 1, 2])
    monkeypatch.setattr(pipeline.os, "getppid", lambda: next(alive))
    monkeypatch.setattr(pipeline.time, "sleep", lambda _: None)
    pipeline.forever(parent=1)
    assert done[:3] == ["seal", "warm", "seal"]
    assert loaded.wait(10)
    assert pipeline.EVERY_ROUND[0] == ("seal", pipeline.EVERY_ROUND[0][1])
