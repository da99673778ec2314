"""`casekeeper radar`: how soon it sees bursts, and how often it speaks in vain."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from casekeeper.cli.ending import err, fail

app = typer.Typer(no_args_is_help=True, help="The radar, which sees sudden rises of what customers write.")
out = Console()


@app.command()
def measure(
    data: Annotated[
        list[Path],
        typer.Option(help="Posts as JSON lines with text, label (a topic, or a mood), source. More than once."),
    ],
    times: Annotated[Path, typer.Option(help="JSON lines with started_at or created_at: when people write.")],
    seeds: Annotated[int, typer.Option(min=1, help="Streams for each line of the tables.")] = 20,
    per_hour: Annotated[float, typer.Option(min=0.5, help="Messages of the brand in an average hour.")] = 20.0,
    days: Annotated[
        list[int], typer.Option(min=1, help="Days of history. More than once: each with the first --right.")
    ] = [28],  # noqa: B006
    right: Annotated[
        list[float], typer.Option(min=0, max=1, help="Share of topics that the classifier gets right. More than once.")
    ] = [1.0],  # noqa: B006
    processes: Annotated[int, typer.Option(min=1, help="How many streams are listened to at a time.")] = 2,
    write: Annotated[Path | None, typer.Option(help="Put the tables into this page (docs/radar.md).")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the picture here (docs/images/radar.png).")] = None,
    figures: Annotated[Path | None, typer.Option(help="Keep every single run here, as JSON.")] = None,
) -> None:
    """Let the radar, and two rules that one would write instead, listen to real posts: with rises in them, and without.

    The tables say how many incidents a week nothing was behind, and for each kind of rise (a topic, a place, everything, the
    mood, a second wave after an incident was closed) how often and after how many minutes it was seen. The first
    --days and --right are measured with every kind, the others with topics only. The same files and options give the same
    tables again.
    """
    from casekeeper.radar import report
    from casekeeper.radar.posts import PostsInvalid, busiest_place, posts, week
    from casekeeper.radar.runs import TOPICS, Setting, jobs, measured
    from casekeeper.radar.stream import World

    try:
        world = World(posts(data), week(times), per_hour)
    except PostsInvalid as error:
        fail(str(error))
    if not busiest_place(world.posts):
        fail(f"{data[0]}: no post names an airport, which the bursts of a place are made of")
    if missing := [topic for topic in TOPICS if topic not in {post.topic for post in world.posts}]:
        fail(f"{data[0]}: no post is about {missing[0]!r}, which the bursts are made of")
    settings = [Setting(days=days[0], right=each) for each in right]
    settings += [Setting(days=each, right=right[0]) for each in days[1:]]
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("listening", total=len(list(jobs(settings, seeds))))
        results = measured(world, settings, seeds, processes, lambda: bar.advance(task))
    if figures:
        figures.write_text(json.dumps(results.model_dump(), indent=1), encoding="utf-8")
    if write:
        try:
            report.write(results, write)
        except (OSError, report.NoPlace) as error:
            fail(str(error))
    if picture:
        report.picture(results, picture)
    out.print(report.tables(results), markup=False, highlight=False, soft_wrap=True)
