"""What is asked of a site: never too often, never with credentials elsewhere, and never half believed."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from pydantic import BaseModel

from connectors.http import Http, Misunderstood, PageSize, Patience, Refused, TooLarge, _new_client
from connectors.model import Fatal, Retryable, Unanswered
from connectors.pace import Pace
from tests.fakes.site import Asked, Reply, Site, no, said, sent_on, site

SECRET = "Bearer s3cr3t"
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


class Number(BaseModel):
    number: int


@dataclass
class Time:
    """Stands still, except while somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture(scope="module", autouse=True)
def connections() -> Iterator[None]:
    """One client for all: to read the system's certificates takes longer than a test."""
    with _new_client() as client:
        CLIENT.append(client)
        yield
    CLIENT.clear()


@pytest.fixture
def here() -> Iterator[Site]:
    with site() as found:
        yield found


@pytest.fixture
def there() -> Iterator[Site]:
    with site() as found:
        yield found


@pytest.fixture
def time() -> Time:
    return Time()


CLIENT: list[httpx.Client] = []
AT_ONCE = Patience(total_s=30, first_wait_s=0, longest_wait_s=0, jitter_s=0)
IMPATIENT = Patience(total_s=0.001, first_wait_s=0, longest_wait_s=0, jitter_s=0)


def http(
    here: Site,
    time: Time | None = None,
    *,
    secret: str = SECRET,
    patience: Patience = AT_ONCE,
    is_temporary: Callable[[Refused], bool] = lambda _: False,
    is_partial: Callable[[Refused], bool] = lambda _: False,
    most_bytes: int = 1000,
) -> Http:
    clock = time or Time()
    pace = Pace(1000, burst=1000, clock=clock, sleep=clock.sleep)
    return Http(
        [here.url],
        authorization=lambda: secret,
        pace=pace,
        patience=patience,
        is_temporary=is_temporary,
        is_partial=is_partial,
        most_bytes=most_bytes,
        client=CLIENT[0],
    )


# -- what may not happen -----------------------------------------------------------------------------------------------


def test_another_host_is_never_asked_for_json(here: Site, there: Site) -> None:
    with pytest.raises(Fatal, match="another host"):
        http(here).get(f"{there.url}/x", Number)
    assert there.asked == []


def test_the_same_host_at_another_port_is_another_site(here: Site) -> None:
    with pytest.raises(Fatal, match="another host"):
        http(here).get("http://127.0.0.1:1/x", Number)


def test_an_api_that_sends_us_elsewhere_is_not_followed(here: Site, there: Site) -> None:
    here.answers["/x"] = sent_on(f"{there.url}/login?token=abc")
    with pytest.raises(Fatal, match="is its address right") as caught:
        http(here).get(f"{here.url}/x", Number)
    assert there.asked == []
    assert "abc" not in str(caught.value)


def test_credentials_do_not_follow_a_download_to_another_host(here: Site, there: Site) -> None:
    here.answers["/file"] = sent_on(f"{there.url}/media?sig=1")
    there.answers["/media"] = Reply(b"text")
    assert http(here).download(f"{here.url}/file", most_bytes=100) == b"text"
    assert here.asked[0].authorization == SECRET
    assert there.asked[0].authorization is None


def test_credentials_come_back_with_a_download_that_returns(here: Site, there: Site) -> None:
    here.answers["/file"] = sent_on(f"{there.url}/out")
    there.answers["/out"] = sent_on(f"{here.url}/back")
    here.answers["/back"] = Reply(b"text")
    assert http(here).download(f"{here.url}/file", most_bytes=100) == b"text"
    assert [asked.authorization for asked in (*here.asked, *there.asked)] == [SECRET, SECRET, None]


def test_a_download_that_is_sent_round_in_a_ring_ends(here: Site) -> None:
    here.answers["/file"] = sent_on(f"{here.url}/file")
    with pytest.raises(Fatal, match="more than 5 times"):
        http(here).download(f"{here.url}/file", most_bytes=100)


@pytest.mark.parametrize("url", ["ftp://media.example.test/x", "file:///etc/passwd"])
def test_a_download_is_not_followed_to_what_is_not_encrypted(here: Site, url: str) -> None:
    here.answers["/file"] = sent_on(url)
    with pytest.raises(Fatal, match="not encrypted"):
        http(here).download(f"{here.url}/file", most_bytes=100)


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:x/"])
def test_a_place_that_is_none_is_no_crash(here: Site, location: str) -> None:
    here.answers["/file"] = sent_on(location)
    with pytest.raises((Fatal, Retryable)):
        http(here, patience=IMPATIENT).download(f"{here.url}/file", most_bytes=100)


def test_no_cookie_is_kept(here: Site) -> None:
    here.answers["/x"] = said({"number": 1}, set_cookie="session=1; Path=/")
    client = http(here)
    client.get(f"{here.url}/x", Number)
    assert not list(client._client.cookies.jar)


@pytest.mark.parametrize("secret", ["Bearer s3cr3t\n", "Bearer s3crét", "Bearer s3c\0r3t"])
def test_a_secret_that_no_header_can_hold_is_not_part_of_the_error(here: Site, secret: str) -> None:
    with pytest.raises(Fatal) as caught:
        http(here, secret=secret).get(f"{here.url}/x", Number)
    assert "s3c" not in str(caught.value)
    assert here.asked == []


def test_the_secret_is_in_no_representation(here: Site) -> None:
    assert "s3cr3t" not in repr(http(here))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_the_secret_is_in_no_error(here: Site, status: int) -> None:
    here.answers["/x"] = no(status)
    try:
        told: object = http(here, patience=IMPATIENT).get(f"{here.url}/x", Number)
    except (Fatal, Retryable) as error:
        told = error
    assert "s3cr3t" not in repr(told)


def test_what_a_site_says_when_it_refuses_is_in_no_representation() -> None:
    assert "private" not in repr(Refused(403, b"private"))


# -- what is not believed ----------------------------------------------------------------------------------------------


def test_a_truncated_body_is_read_again_and_never_believed(here: Site) -> None:
    whole = b'{"number": 12}'
    here.answers["/x"] = [Reply(whole[:-3], cut=3), Reply(whole)]
    assert http(here).get(f"{here.url}/x", Number) == Number(number=12)


def test_json_that_ends_too_soon_is_read_again(here: Site) -> None:
    here.answers["/x"] = [Reply(b'{"number": 1'), said({"number": 12})]
    assert http(here).get(f"{here.url}/x", Number) == Number(number=12)


def test_a_web_page_is_no_answer(here: Site) -> None:
    here.answers["/x"] = Reply(b"<html>", headers={"content-type": "text/html; charset=utf-8"})
    with pytest.raises(Retryable, match="a web page"):
        http(here, patience=IMPATIENT).get(f"{here.url}/x", Number)


def test_what_is_not_understood_is_not_asked_for_again(here: Site) -> None:
    here.answers["/x"] = said({"number": "secret words"})
    with pytest.raises(Misunderstood, match="number") as caught:
        http(here).get(f"{here.url}/x", Number)
    assert "secret words" not in str(caught.value)
    assert len(here.asked) == 1


def test_a_body_beyond_the_limit_is_not_read_to_its_end(here: Site) -> None:
    here.answers["/file"] = Reply(b"x" * 101)
    assert http(here).download(f"{here.url}/file", most_bytes=100) == TooLarge(100)
    here.answers["/file"] = Reply(b"x" * 100)
    assert http(here).download(f"{here.url}/file", most_bytes=100) == b"x" * 100


def test_json_beyond_the_limit_is_asked_for_in_smaller_pages(here: Site) -> None:
    def answer(asked: Asked) -> Reply:
        return said({"number": 1, "filling": "x" * 100 * int(asked.parameters["limit"])})

    here.answers["/x"] = answer
    size = PageSize(40)
    assert http(here).get(f"{here.url}/x", Number, size=size) == Number(number=1)
    assert size.now == 5


# -- retries -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 413])
def test_a_refusal_is_told_at_once(here: Site, status: int) -> None:
    here.answers["/x"] = no(status)
    found = http(here).get(f"{here.url}/x", Number)
    assert isinstance(found, Refused)
    assert found.status == status
    assert len(here.asked) == 1


def test_credentials_that_are_not_accepted_need_a_person(here: Site) -> None:
    here.answers["/x"] = no(401)
    with pytest.raises(Fatal, match="API token"):
        http(here).get(f"{here.url}/x", Number)
    assert len(here.asked) == 1


def test_credentials_that_are_good_but_not_for_this_are_a_refusal_only(here: Site) -> None:
    here.answers["/x"] = said({"message": "scope does not match"}, 401)
    found = http(here, is_partial=lambda refused: b"scope" in refused.body).get(f"{here.url}/x", Number)
    assert isinstance(found, Refused)
    assert found.status == 401


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(here: Site, status: int) -> None:
    here.answers["/x"] = [no(status), no(status), said({"number": 1})]
    assert http(here).get(f"{here.url}/x", Number) == Number(number=1)
    assert len(here.asked) == 3


def test_a_refusal_is_tried_again_only_where_the_caller_knows_it_to_pass(here: Site) -> None:
    here.answers["/x"] = [said({"reason": "rateLimitExceeded"}, 403), said({"number": 1})]
    client = http(here, is_temporary=lambda refused: b"rateLimitExceeded" in refused.body)
    assert client.get(f"{here.url}/x", Number) == Number(number=1)


def test_a_post_is_sent_again_with_its_body(here: Site) -> None:
    here.answers["/x"] = [no(500), said({"number": 1})]
    assert http(here).post(f"{here.url}/x", Number, {"a": 1}) == Number(number=1)
    assert [asked.body for asked in here.asked] == [{"a": 1}, {"a": 1}]


def test_nobody_at_home_is_retryable() -> None:
    with site() as gone:
        pass  # closed again
    with pytest.raises(Retryable, match="cannot be reached"):
        http(gone, patience=IMPATIENT).get(f"{gone.url}/x", Number)


def test_429_with_retry_after_waits_as_long_as_it_is_told(here: Site, time: Time) -> None:
    here.answers["/x"] = [no(429, retry_after="7"), said({"number": 1})]
    assert http(here, time).get(f"{here.url}/x", Number) == Number(number=1)
    assert time.slept == [7.0]


def test_429_with_a_date_waits_until_then_by_the_site_s_own_clock(here: Site, time: Time) -> None:
    reply = Reply(b"", 429, {"retry-after": "Thu, 01 Jan 2026 00:00:09 GMT", "date": DATE})
    here.answers["/x"] = [reply, said({"number": 1})]
    http(here, time).get(f"{here.url}/x", Number)
    assert time.slept == [9.0]


def test_429_without_retry_after_waits_by_itself(here: Site, time: Time) -> None:
    here.answers["/x"] = [no(429), no(429), said({"number": 1})]
    assert http(here, time).get(f"{here.url}/x", Number) == Number(number=1)
    assert time.slept == []  # the waits between tries are stamina's, and nought here


def test_to_be_told_to_wait_longer_than_we_can_is_an_end(here: Site, time: Time) -> None:
    here.answers["/x"] = no(429, retry_after="3600")
    with pytest.raises(Retryable, match="3600 s"):
        http(here, time).get(f"{here.url}/x", Number)
    assert time.slept == []
    assert len(here.asked) == 1


def test_patience_ends(here: Site, time: Time) -> None:
    here.answers["/x"] = no(503, retry_after="8")
    with pytest.raises(Retryable, match="nothing was concluded"):
        http(here, time).get(f"{here.url}/x", Number)
    assert time.now <= AT_ONCE.total_s
    assert len(here.asked) == 4


def test_a_listing_is_asked_for_in_smaller_pages_where_the_site_fails(here: Site) -> None:
    here.answers["/x"] = [no(500), no(504), said({"number": 1})]
    size = PageSize(250)
    http(here).get(f"{here.url}/x", Number, size=size)
    assert [asked.parameters["limit"] for asked in here.asked] == ["250", "125", "62"]


def test_a_listing_is_asked_for_as_before_where_it_was_only_asked_too_often(here: Site) -> None:
    here.answers["/x"] = [no(429), said({"number": 1})]
    size = PageSize(250)
    http(here).get(f"{here.url}/x", Number, size=size)
    assert size.now == 250


# -- the pace ----------------------------------------------------------------------------------------------------------


def test_the_pace_lets_a_burst_through_and_then_one_by_one(time: Time) -> None:
    pace = Pace(2, burst=3, clock=time, sleep=time.sleep)
    assert all(pace.take(10) for _ in range(5))
    assert time.now == pytest.approx(1.0)


def test_the_pace_gives_no_turn_that_comes_too_late(time: Time) -> None:
    pace = Pace(1, clock=time, sleep=time.sleep)
    assert pace.take(0)
    assert not pace.take(0.5)
    assert time.slept == []


def test_everybody_waits_where_one_was_told_to(time: Time) -> None:
    pace = Pace(1000, burst=1000, clock=time, sleep=time.sleep)
    pace.hold(5)
    assert not pace.take(1)
    assert pace.take(10)
    assert time.now == 5


def test_threads_share_one_client_and_its_pace(here: Site) -> None:
    here.answers["/x"] = said({"number": 1})
    client, found = http(here), list[object]()
    threads = [threading.Thread(target=lambda: found.append(client.get(f"{here.url}/x", Number))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Number(number=1)] * 8


# -- other credentials, and none ---------------------------------------------------------------------------------------


def test_what_asks_for_credentials_is_a_form_without_any_and_goes_to_no_other_host(here: Site, there: Site) -> None:
    here.answers["/token"] = said({"number": 7})
    assert http(here).send(f"{here.url}/token", Number, {"assertion": "a b&c"}) == Number(number=7)
    (asked,) = here.asked
    assert (asked.method, asked.authorization, asked.body) == ("POST", None, {"assertion": "a b&c"})
    with pytest.raises(Fatal, match="another host"):
        http(here).send(f"{there.url}/token", Number, {"assertion": "a"})
    assert there.asked == []


@pytest.mark.parametrize(("renewals", "times"), [(0, 1), (1, 2), (9, 2)])
def test_credentials_that_are_not_accepted_are_renewed_once_if_they_can_be(
    here: Site, renewals: int, times: int
) -> None:
    left = iter([True] * renewals)
    here.answers["/x"] = no(401)
    with pytest.raises(Fatal, match="does not accept our credentials"):
        http(here).speaking(lambda: SECRET, lambda: next(left, False)).get(f"{here.url}/x", Number)
    assert len(here.asked) == times


def test_a_listing_says_how_much_in_the_word_of_its_site(here: Site) -> None:
    here.answers["/x"] = said({"number": 1})
    http(here).get(f"{here.url}/x", Number, size=PageSize(7, parameter="pageSize"))
    assert here.asked[0].parameters == {"pageSize": "7"}


def test_a_web_page_is_no_download_where_none_can_be(here: Site) -> None:
    page = Reply(b"<html>Sign in</html>", headers={"content-type": "Text/HTML; charset=utf-8"})
    here.answers["/x"] = [page, Reply(b"text", headers={"content-type": "text/plain"})]
    assert http(here).download(f"{here.url}/x", most_bytes=100, is_page=False) == b"text"
    here.answers["/x"] = page
    assert http(here).download(f"{here.url}/x", most_bytes=100) == page.body


# -- what does something there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [no(500), no(502), no(503), no(408), no(302), Reply(b"{", headers={"content-type": "application/json"})],
    ids=["500", "502", "503", "408", "elsewhere", "half an answer"],
)
def test_a_write_of_which_nobody_knows_is_sent_once(here: Site, answer: Reply) -> None:
    here.answers["/x"] = answer
    with pytest.raises(Unanswered, match="is not known"):
        http(here).write(f"{here.url}/x", Number, {"a": 1})
    assert len(here.asked) == 1


def test_a_write_that_is_answered_in_another_form_may_have_been_done(here: Site) -> None:
    here.answers["/x"] = said({"letter": "a"})
    with pytest.raises(Unanswered):
        http(here).write(f"{here.url}/x", Number, {"a": 1})


def test_a_write_that_came_too_often_was_not_done_and_all_wait_as_long_as_the_site_says(here: Site, time: Time) -> None:
    here.answers["/x"] = [Reply(b"", 429, {"retry-after": "7"}), said({"number": 1})]
    client = http(here, time)
    with pytest.raises(Retryable, match="nothing was done"):
        client.write(f"{here.url}/x", Number, {"a": 1})
    assert len(here.asked) == 1
    assert client.write(f"{here.url}/x", Number, {"a": 1}) == Number(number=1)
    assert sum(time.slept) == 7


def test_a_write_to_nobody_was_not_done() -> None:
    with site() as gone:
        pass  # closed again
    with pytest.raises(Retryable, match="nothing was done"):
        http(gone).write(f"{gone.url}/x", Number, {"a": 1})


def test_what_a_site_refuses_to_do_is_told(here: Site) -> None:
    here.answers["/x"] = no(403)
    assert isinstance(http(here).write(f"{here.url}/x", Number, {"a": 1}), Refused)


def test_a_write_to_another_host_is_not_sent(here: Site, there: Site) -> None:
    with pytest.raises(Fatal, match="another host"):
        http(here).write(f"{there.url}/x", Number, {"a": 1})
    assert there.asked == []
