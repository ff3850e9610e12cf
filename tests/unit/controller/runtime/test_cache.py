"""What informers put into a store is found by key and by job, and differences are told exactly."""

from __future__ import annotations

from controller.api.objects import Pod
from controller.runtime.cache import Cache, Change, Store
from controller.runtime.resources import ObjectKey
from tests.unit.controller.runtime.objects import pod, stored_job


def key(name: str) -> ObjectKey:
    return ObjectKey("ns", name)


def pods(*items: Pod) -> Store[Pod]:
    store: Store[Pod] = Store()
    for item in items:
        store.put(item)
    return store


def test_a_job_finds_what_carries_its_label_in_the_order_of_names() -> None:
    store = pods(pod("b", job="one"), pod("a", job="one"), pod("c", job="two"), pod("d"))
    assert store.of_job(key("one")) == (pod("a", job="one"), pod("b", job="one"))
    assert store.of_job(key("none")) == ()


def test_an_object_moves_with_its_label() -> None:
    store = pods(pod("a", job="one"))
    change = store.put(pod("a", job="two", version=2))
    assert change == Change(pod("a", job="one"), pod("a", job="two", version=2))
    assert store.of_job(key("one")) == ()
    assert store.of_job(key("two")) == (pod("a", job="two", version=2),)


def test_an_object_that_is_gone_is_found_no_more() -> None:
    store = pods(pod("a", job="one"))
    assert store.remove(key("a")) == Change(pod("a", job="one"), None)
    assert store.get(key("a")) is None
    assert store.of_job(key("one")) == ()
    assert store.remove(key("a")) == Change(None, None)


def test_replacing_tells_what_vanished_what_changed_and_what_is_new() -> None:
    store = pods(pod("gone", job="j"), pod("same", job="j"), pod("changed", job="j"))
    changed, new = pod("changed", job="j", version=2), pod("new", job="j")
    changes = store.replace([pod("same", job="j"), changed, new])
    assert changes == [
        Change(pod("gone", job="j"), None),
        Change(pod("changed", job="j"), changed),
        Change(None, new),
    ]
    assert store.of_job(key("j")) == (changed, new, pod("same", job="j"))


def test_an_object_made_again_under_its_name_has_changed() -> None:
    store = pods(pod("a", uid="first"))
    again = pod("a", uid="second")
    assert store.replace([again]) == [Change(pod("a", uid="first"), again)]


def test_a_job_is_observed_with_its_own_pods() -> None:
    cache = Cache()
    cache.pods.put(pod("mine", job="one"))
    cache.pods.put(pod("other", job="two"))
    job = stored_job("one")
    observed = cache.observe(job)
    assert observed.job is job.raw
    assert observed.pods == (pod("mine", job="one"),)
    assert observed.services == ()
    assert observed.pod_group is None
