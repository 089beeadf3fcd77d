"""A clinic whose clock a journey can move forward."""

from datetime import UTC, datetime, timedelta

from tests.journeys.stack import BIN, Stack, _wait_until


class TravellingStack(Stack):
    """Like Stack, with `travel` to a later time; web server and worker see the same clock."""

    def __init__(self, database_url: str, redis_url: str):
        super().__init__(database_url, redis_url)
        self._clock = self.home / "clock"
        self._clock.write_text("0")
        self.ahead = timedelta()
        self.environment["JOURNEY_CLOCK"] = str(self._clock)

    def travel(self, **ahead: float) -> None:
        """Move the clinic's clock forward by `hours=…` or `minutes=…`."""
        self.ahead += timedelta(**ahead)
        fresh = self.home / "clock.new"
        fresh.write_text(str(self.ahead.total_seconds()))
        fresh.rename(self._clock)

    def fail(self, how: str = "") -> None:
        """From now on what is posted fails with 500 "before" or "after" it was stored; "" ends that."""
        fresh = self.home / "fault.new"
        fresh.write_text(how)
        fresh.rename(self.home / "fault")

    def now(self) -> float:
        """The clinic's time, in seconds since 1970."""
        return datetime.now(UTC).timestamp() + self.ahead.total_seconds()

    def travel_to(self, moment: datetime) -> None:
        """Move the clinic's clock forward to a moment."""
        self.travel(seconds=(moment - datetime.now(UTC) - self.ahead).total_seconds())

    def start_web(self) -> None:
        words = [str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        self._start("web", [*words, "--workers", "1", "--no-ws", "tests.journeys.shifted_wsgi:application"])
        _wait_until(self._answers, 60, "the web server")

    def start_worker(self) -> None:
        words = [str(BIN / "celery"), "-A", "tests.journeys.shifted_celery", "worker", "-B", "--pool", "solo"]
        self._start("worker", [*words, "--loglevel", "INFO", "-s", str(self.home / "beat-schedule")])
