"""What-if: the simulator asked from a page, in the background, its answers side by side. For coaches and leads."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from pydantic import ValidationError
from sse_starlette import EventSourceResponse

from services.chassis.errors import Problem
from services.desk.api.live import WHAT_IFS
from services.desk.api.parts import InParts, Parts
from services.desk.domain.whatif import ALL_DAY, MOST_TIMES, RUNS, VOLUMES, Outline, Question, Refused, Run
from services.desk.pages import charts, figures
from services.desk.pages.coverage import require_lead
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/what-if", route_class=PageRoute, include_in_schema=False)
MOST_COMPARED = 6
AGENTS, SPEAKERS = "agents-", "speakers-"
PERCENT_STEPS = (20,)


@router.get("")
async def what_if(
    pages: TeamPages,
    desk: InParts,
    scenario: Annotated[str, Query(max_length=80)] = "",
    compare: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> Response:
    """The form, what is worked on, and the answers that are compared."""
    return await _page(pages, desk, scenario, compare or [])


@router.post("")
async def ask(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Put a question; it is worked on in the background."""
    require_lead(pages, signed_in(pages))
    form = await submitted(request, desk)
    scenario = form.values.get("scenario", "")
    try:
        await desk.what_ifs.ask(_question(form.values), signed_in(pages).id, form.key[:64])
    except Refused as error:
        return await _page(pages, desk, scenario, [], form.failed(Problem(400, "invalid-question", str(error))))
    return RedirectResponse(f"/what-if?scenario={scenario}", 303)


@router.post("/{run_id}/cancel")
async def cancel(run_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """End a run."""
    require_lead(pages, signed_in(pages))
    form = await submitted(request, desk)
    await desk.what_ifs.cancel(run_id)
    return RedirectResponse(f"/what-if?scenario={form.values.get('scenario', '')}", 303)


@router.get("/events", response_class=EventSourceResponse)
async def events(pages: TeamPages, desk: InParts) -> EventSourceResponse:
    """Says when a run has come further."""
    reader = signed_in(pages)
    require_lead(pages, reader)
    return desk.hub.response(WHAT_IFS, reader.session)


def _question(values: Mapping[str, str]) -> Question:
    """What the form asks. Raises Refused."""

    def numbers(prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}

    percent = values.get("volume", "100").strip().removesuffix("%").strip().replace(",", ".")
    try:
        return Question.model_validate(
            {
                "scenario": values.get("scenario", ""),
                "name": values.get("name", "").strip(),
                "agents": numbers(AGENTS),
                "speakers": numbers(SPEAKERS),
                "volume": float(percent) / 100,
                "runs": values.get("runs", "1"),
                "short": values.get("length", "short") == "short",
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except ValueError as error:
        raise Refused("volume: give a percentage, such as 120") from error


async def _page(
    pages: Pages, desk: Parts, scenario: str, compare: Sequence[str], form: FormState | None = None
) -> Response:
    require_lead(pages, signed_in(pages))
    outlines, runs = await desk.what_ifs.outlines(), await desk.what_ifs.latest()
    usual = sorted(outlines.values(), key=lambda each: each.has_peak)
    chosen = outlines.get(scenario) or next(iter(usual), None)
    done = [run for run in runs if run.answer]
    compared = [run for run in done if run.id in compare] or _usual(done, chosen)
    compared = sorted(compared, key=lambda run: run.asked_at)[-MOST_COMPARED:]
    form = form or FormState()
    context = {
        "installed": desk.what_ifs.simulator.installed,
        "outlines": outlines,
        "left_out": desk.what_ifs.simulator.left_out,
        "chosen": chosen,
        "form": form,
        "runs": runs,
        "compared": compared,
        "all_day": ALL_DAY,
        "most_times": MOST_TIMES,
        "volumes": [100 * each for each in VOLUMES],
        "run_choices": RUNS,
        "label": lambda run: label(run, outlines.get(run.question.scenario), pages),
        "changes": lambda run: changes(run.question, outlines.get(run.question.scenario), pages),
        "length": lambda minutes: figures.length(minutes, pages.language),
        "charts": _charts(pages, compared, outlines),
        "friendly": lambda problem: friendly(problem, pages.gettext),
        "here": f"/what-if?{'&'.join([f'scenario={chosen.id}' if chosen else '', *(f'compare={id}' for id in compare)])}",
    }
    people = await desk.people.among(run.asked_by for run in runs)
    template = "_what_if_runs.html" if pages.partial else "what_if.html"
    return await pages.render(template, context, status=400 if form.problem else 200, people=people)


def _usual(done: Sequence[Run], chosen: Outline | None) -> list[Run]:
    """The latest answers about the scenario that is chosen."""
    return [run for run in done if chosen and run.question.scenario == chosen.id][:4]


def label(run: Run, outline: Outline | None, pages: Pages) -> str:
    """What a run is called: by whoever asked, else by what is different."""
    return run.question.name or ", ".join(changes(run.question, outline, pages)) or pages.gettext("as the scenario is")


def changes(question: Question, outline: Outline | None, pages: Pages) -> list[str]:
    """What is other than in the scenario, in words."""
    if outline is None:
        return []
    _ = pages.gettext
    found = []
    if question.count != outline.count:
        found.append(_("{n} agents").format(n=f"{question.count - outline.count:+d}"))
    for start, number in question.agents.items():
        more = number - outline.agents.get(start, 0)
        if more and len(question.agents) > 1:
            found.append(_("{n} from {start}").format(n=f"{more:+d}", start=start))
    for code, number in question.speakers.items():
        if more := number - outline.speakers.get(code, 0):
            found.append(_("{n} who speak {language}").format(n=f"{more:+d}", language=code))
    if question.volume != 1:
        found.append(_("{n} customers").format(n=f"{100 * (question.volume - 1):+.0f} %"))
    return found


def _charts(pages: Pages, compared: Sequence[Run], outlines: Mapping[str, Outline]) -> list[tuple[str, Any, list[str]]]:
    """Title, picture and what its colours mean."""
    _ = pages.gettext
    answers = [(label(run, outlines.get(run.question.scenario), pages), run.answer) for run in compared if run.answer]
    if not answers:
        return []
    labels = [name for name, _answer in answers]

    def bars(
        title: str, series: Sequence[charts.Series], written: charts.Written, steps: Sequence[int]
    ) -> tuple[str, Markup, list[str]]:
        return title, charts.bars(title, labels, series, written, steps), [name for name, _values in series]

    shares = [
        (_("all customers"), [100 * each.within for _name, each in answers]),
        (_("lowest language"), [100 * each.lowest for _name, each in answers]),
    ]
    waits = [(_("9 in 10 within"), [each.substantive_p90 for _name, each in answers])]
    busy = [(_("busy"), [100 * each.utilisation for _name, each in answers])]

    def percent(value: float) -> str:
        return f"{value:.0f} %"

    def minutes(value: float) -> str:
        return figures.length(value, pages.language)

    return [
        bars(_("First replies in time"), shares, percent, PERCENT_STEPS),
        bars(_("Substantive answer"), waits, minutes, charts.ROUND_MINUTES),
        bars(_("How busy agents are on shift"), busy, percent, PERCENT_STEPS),
    ]
