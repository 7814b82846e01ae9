# SPDX-License-Identifier: EUPL-1.2
"""The write side on a real log, in sentences."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from loket.cli.demo import BESLUITENLIJST
from loket.domain import MODULES
from loket.domain.besturen import BestuurRegistreren, stream_of
from loket.domain.toezicht import words
from loket.evidence.append import Append, Placed, Raced
from loket.evidence.canonical import OngeldigTeken
from loket.evidence.read import History, Question
from loket.evidence.store import connect
from loket.kernel import SYSTEM, Actor, Context, Refused, Related, StreamId
from loket.reference import load
from loket.settings import Settings
from loket.submit import (
    Accepted,
    GeenRecht,
    SleutelHergebruikt,
    Submission,
    TeDruk,
    VersieGewijzigd,
    WriteSide,
    submit,
)
from loket.wiring import Loket, build

TOEZICHT = MODULES["toezicht"]
AALST = next(b for b in load().besturen.values() if b.naam == "Aalst" and "001" in b.klasse[-3:])
CLERK = Actor("clerk", AALST.uri, AALST.klasse, frozenset({"LoketLB-toezichtGebruiker"}))
DRAFT = words.BesluitOpstellen(BESLUITENLIJST)


@pytest.fixture
def loket(database: str, tmp_path: Path) -> Iterator[Loket]:
    settings = Settings(database_url=database, data_dir=tmp_path, development=True)
    loket = build(settings, besturen=load().besturen)
    yield loket
    loket.close()


def run(loket: Loket, story: Callable[[WriteSide], Awaitable[None]]) -> None:
    async def told() -> None:
        async with aclosing(loket.write_side()) as write:
            await story(write)

    asyncio.run(told())


def to(stream: UUID, command: object, **more: object) -> Submission:
    return replace(Submission(TOEZICHT, stream, command, CLERK), **more)


def events(loket: Loket) -> int:
    with connect(loket.dsn) as conn:
        (count,) = conn.execute("SELECT count(*) FROM events").fetchone() or (0,)
        return int(count)


async def refused(write: WriteSide, submission: Submission, kind: type[Refused]) -> Refused:
    with pytest.raises(kind) as refusal:
        await submit(write, submission)
    return refusal.value


def test_a_key_gives_the_first_answer_again_and_records_nothing_twice(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        stream = uuid4()
        first = await submit(write, to(stream, DRAFT, key="k1"))
        again = await submit(write, to(stream, DRAFT, key="k1"))
        assert again == replace(first, repeated=True)

    run(loket, story)
    assert events(loket) == 1


def test_a_key_gives_the_first_answer_to_requests_that_race(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        stream = uuid4()
        asked = (submit(write, to(stream, DRAFT, key="k1")) for _ in range(10))
        answers = await asyncio.gather(*asked)
        assert len({answer.placed for answer in answers}) == 1

    run(loket, story)
    assert events(loket) == 1


def test_a_key_is_for_one_request_of_one_person(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        await submit(write, to(uuid4(), DRAFT, key="k1"))
        await refused(write, to(uuid4(), DRAFT, key="k1"), SleutelHergebruikt)
        other = replace(CLERK, persoon="other")
        accepted = await submit(write, to(uuid4(), DRAFT, key="k1", actor=other))
        assert not accepted.repeated

    run(loket, story)


def test_an_answer_lost_after_the_commit_is_found_again(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        lost: list[Append] = []

        async def append(asked: Append) -> list[Placed]:
            placed = await write.append(asked)
            if not lost:
                lost.append(asked)
                raise Raced
            return placed

        accepted = await submit(replace(write, append=append), to(uuid4(), DRAFT))
        assert accepted.repeated
        assert accepted.version == 1

    run(loket, story)
    assert events(loket) == 1


def test_what_races_on_one_stream_is_decided_one_after_the_other(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        stream = uuid4()
        await submit(write, to(stream, DRAFT))
        links = [words.LinkToevoegen(f"https://www.aalst.be/{n}") for n in range(5)]
        answers = await asyncio.gather(*(submit(write, to(stream, link)) for link in links))
        assert sorted(answer.version for answer in answers) == [2, 3, 4, 5, 6]

    run(loket, story)


def test_what_another_process_wrote_meanwhile_is_decided_on(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        stream = uuid4()
        await submit(write, to(stream, DRAFT))
        async with aclosing(loket.write_side()) as other:
            await submit(other, to(stream, words.BesluitVerwerpen()))
        await refused(write, to(stream, words.LinkToevoegen("https://a.be/")), Refused)
        assert (await submit(write, to(stream, words.BesluitVerwerpen()))).version == 2

    run(loket, story)
    assert events(loket) == 2


def test_memory_of_a_stream_saves_reading_it(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        asked: list[Question] = []

        async def read(question: Question) -> History:
            asked.append(question)
            return await write.read(question)

        watched, stream = replace(write, read=read), uuid4()
        await submit(watched, to(stream, DRAFT, key="k1"))
        link = words.LinkToevoegen("https://www.aalst.be/")
        await submit(watched, to(stream, link, key="k2"))
        assert len(asked) == 1
        assert (await submit(watched, to(stream, DRAFT, key="k1"))).repeated
        assert len(asked) == 2

    run(loket, story)
    assert events(loket) == 2


def test_a_version_that_has_passed_is_refused_with_the_version_that_is(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        stream = uuid4()
        await submit(write, to(stream, DRAFT, expected=0))
        link = words.LinkToevoegen("https://www.aalst.be/")
        refusal = await refused(write, to(stream, link, expected=0), VersieGewijzigd)
        assert "1" in refusal.detail
        assert (await submit(write, to(stream, link, expected=1))).version == 2

    run(loket, story)


def test_who_never_wins_a_race_is_told_to_try_again(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        async def append(_: Append) -> list[Placed]:
            raise Raced

        await refused(replace(write, append=append), to(uuid4(), DRAFT), TeDruk)

    run(loket, story)
    assert events(loket) == 0


def test_a_role_that_gives_no_right_is_refused_before_anything_is_read(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        nobody = replace(CLERK, rollen=frozenset({"LoketLB-berichtenGebruiker"}))
        refusal = await refused(write, to(uuid4(), DRAFT, actor=nobody), GeenRecht)
        assert "LoketLB-toezichtGebruiker" in refusal.detail

    run(loket, story)


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
def test_text_that_cannot_be_kept_is_refused_and_nothing_is_written(
    loket: Loket, text: str
) -> None:
    async def story(write: WriteSide) -> None:
        await refused(write, to(uuid4(), words.BesluitOpstellen(text)), OngeldigTeken)

    run(loket, story)
    assert events(loket) == 0


def test_a_file_somebody_else_uploaded_is_unknown(loket: Loket) -> None:
    async def story(write: WriteSide) -> None:
        stream = uuid4()
        accepted: Accepted = await submit(write, to(stream, DRAFT))
        assert accepted.version == 1
        command = words.BestandToevoegen("0" * 64, "besluit.pdf", "application/pdf")  # type: ignore[arg-type]
        with pytest.raises(Refused, match=r"(?i)bestand"):
            await submit(write, to(stream, command))

    run(loket, story)


def test_a_decision_sees_the_streams_its_module_needs_whatever_their_module(loket: Loket) -> None:
    seen: list[Mapping[str, Related[Any]]] = []
    other, board = uuid4(), UUID(stream_of(AALST.uri))

    def decide(command: Any, state: Any, ctx: Context) -> list[Any]:
        seen.append(ctx.related)
        return TOEZICHT.decide(command, state, ctx)

    def needs(command: Any, state: Any) -> tuple[StreamId, ...]:
        del command
        if not state.bestuur:
            return ()
        return StreamId(str(other)), StreamId(f"besturen/{board}"), StreamId("niets/x")

    module = replace(TOEZICHT, decide=decide, needs=needs)

    async def story(write: WriteSide) -> None:
        await submit(write, to(other, DRAFT))
        register = Submission(MODULES["besturen"], board, BestuurRegistreren.of(AALST), SYSTEM)
        await submit(write, register)
        stream = uuid4()
        await submit(write, to(stream, DRAFT, module=module))
        await submit(
            write,
            to(stream, words.VeldenWijzigen({"publicatiedatum": "2026-11-20"}), module=module),
        )

    run(loket, story)
    assert seen[0] == {}
    assert set(seen[1]) == {str(other), f"besturen/{board}"}
    assert seen[1][str(other)].state.dossiertype == BESLUITENLIJST
    assert seen[1][f"besturen/{board}"].state.bestuur == AALST
