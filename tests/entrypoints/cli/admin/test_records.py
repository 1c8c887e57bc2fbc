"""Actions on alarms and the audit log."""

import shlex
from pathlib import Path
from uuid import UUID, uuid4

from solebook.composition.application import Application
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.events import AlarmRaised

from ..conftest import Run
from ..exchanges import SELLER, audit_log, open_asks, within
from ..test_main import one_line

WHY = ("--reason", "the carrier found the parcel")


def raise_alarm(folder: Path, note: str = "nobody claims it") -> None:
    async def work(app: Application) -> None:
        alarm = AlarmRaised(AlarmKind.PROVIDER_REPORT, None, note)
        await app.operations.record_alarm(alarm)

    within(folder, work)


def test_open_alarms_are_listed_and_closed_with_a_reason(folder: Path, run: Run) -> None:
    for _ in range(2):
        raise_alarm(folder)
    line, count = run("admin", "alarms").out.splitlines()
    assert count == "1 open alarm"
    assert "provider_report  2 times  nobody claims it" in line
    alarm_id = UUID(line.split()[0])

    done = run("admin", "resolve-alarm", str(alarm_id), *WHY)

    assert (done.code, done.err) == (0, "")
    assert done.out == f"the alarm {alarm_id} (provider_report) is closed\n"
    assert run("admin", "alarms").out == "no open alarms\n"
    assert "closed" in run("admin", "alarms", "--all").out
    [act] = audit_log(folder)
    assert (act.action, act.target.id, act.reason) == (
        AuditAction.ALARM_RESOLVED,
        alarm_id,
        WHY[1],
    )


def test_every_report_of_an_open_alarm_is_in_its_line(folder: Path, run: Run) -> None:
    for note in ("it charged 50.00", "it paid 20.00"):
        raise_alarm(folder, note)
    line, _ = run("admin", "alarms").out.splitlines()
    assert line.endswith("provider_report  2 times  it charged 50.00  it paid 20.00")


def test_resolving_a_closed_alarm_is_a_one_line_error(folder: Path, run: Run) -> None:
    raise_alarm(folder)
    alarm_id = run("admin", "alarms").out.split()[0]
    run("admin", "resolve-alarm", alarm_id, *WHY)
    for which in (alarm_id, str(uuid4())):
        refused = run("admin", "resolve-alarm", which, *WHY)
        assert (refused.code, refused.out) == (1, "")
        assert which in one_line(refused.err)
    assert len(audit_log(folder)) == 1


def test_the_audit_log_is_filtered_by_target_and_by_actor(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    run("admin", "suspend", SELLER, *WHY)
    line, count = run("admin", "audit", "--target", str(ask.user_id)).out.splitlines()
    assert count == "1 entry"
    assert "suspension_set" in line
    assert f"user {ask.user_id}  by the operator  {WHY[1]}  (suspended=True)" in line
    assert run("admin", "audit", "--actor", SELLER).out == "no entries\n"
    by_command = run("admin", "audit", "--actor", "operator", "--limit", "1").out.splitlines()
    assert by_command[0] == line
    assert by_command[-1].startswith(
        "there are more: solebook admin audit --actor operator --limit 1 --after "
    )
    assert run("admin", "audit").out.splitlines()[-1] == "2 entries"


def test_the_audit_log_is_paged_with_its_filters(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    settings = folder.parent / "my market.toml"
    settings.write_text("")
    for action in ("suspend", "reinstate", "suspend"):
        run("admin", action, SELLER, *WHY)
    chosen = ("--target", str(ask.user_id), "--config", str(settings), "--limit", "1")
    pages = [run("admin", "audit", *chosen).out.splitlines()]
    while len(pages[-1]) == 3:
        more = pages[-1][-1].removeprefix("there are more: solebook ")
        pages.append(run(*shlex.split(more)).out.splitlines())
    assert [page[1] for page in pages] == ["1 entry"] * 3
    suspended = [page[0].rpartition("suspended=")[2] for page in pages]
    assert suspended == ["True)", "False)", "True)"]
