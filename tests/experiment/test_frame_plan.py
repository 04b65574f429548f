"""Which steps are recorded: few enough, by their numbers alone, and none is missed that is kept later."""

import pytest

from npnet.config.recording import Recording
from npnet.experiment.frame_plan import FramePlan


@pytest.mark.parametrize("batches", [1, 2, 24, 10**6])
@pytest.mark.parametrize("capacity", [4, 5, 8, 13, 60])
def test_the_frames_kept_are_few_enough_and_were_all_recorded(capacity, batches):
    plan, recorded = FramePlan(capacity, batches), set()
    for last in range(700):
        recorded |= {last} if plan.keeps(last, 0, last) else set()
        if last % 37 == 0 or last < 40:
            kept = {epoch for epoch in range(last + 1) if plan.keeps(epoch, 0, last)}
            assert kept <= recorded
            assert len(kept | {last}) + len(plan.steps) + 1 <= capacity
            assert 0 in kept


def test_a_long_training_keeps_its_first_steps_and_epochs_densely_and_the_rest_evenly():
    plan = FramePlan(60, 24)
    assert plan.steps == (1, 2, 4, 8, 16)
    assert [epoch for epoch in range(1001) if plan.keeps(epoch, 0, 1000)][:10] == [0, 1, 2, 4, 8, 16, 32, 64, 96, 128]
    assert plan.keeps(0, 16, 1000)
    assert not plan.keeps(0, 3, 1000)
    assert not plan.keeps(1, 16, 1000)


def test_a_limit_of_bytes_makes_the_frames_fewer():
    assert FramePlan.of(Recording(), 24, 674).capacity == 60
    assert FramePlan.of(Recording(), 24, 50_000).capacity == 10
    assert FramePlan.of(Recording(frames=100, max_bytes=10**6), 24, 674).capacity == 100
