"""Options that several subcommands share."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_ORGANISATION = Path("deploy/example-org")
DEFAULT_FOLDER = Path("data")

OrganisationOption = Annotated[
    Path, typer.Option("--org", envvar="CASEKEEPER_ORGANISATION", help="Folder with the organisation's YAML files.")
]
TokenOption = Annotated[
    str, typer.Option(envvar="CASEKEEPER_INTERNAL_TOKEN", help="The services' shared secret, for --url.")
]
FolderOption = Annotated[Path, typer.Option("--data-folder", help="Where the local stack keeps its data.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text for people.")]
KafkaOption = Annotated[
    str, typer.Option("--kafka", envvar="CASEKEEPER_KAFKA", help="A cluster's host:port, instead of the local stack.")
]
PrefixOption = Annotated[
    str, typer.Option("--kafka-prefix", envvar="CASEKEEPER_KAFKA_PREFIX", help="Before the cluster's topics.")
]
