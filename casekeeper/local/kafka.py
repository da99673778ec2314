"""A real Apache Kafka as a child process: one KRaft node (broker and controller in one JVM), jars from Maven Central.

Used by `make test-kafka`. Unlike the default broker it keeps its topics in `data_dir` and has the idempotent producer.
"""

import asyncio
import functools
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from casekeeper.local.process import HOST, Child, ChildError, Spec, free_port
from casekeeper.local.readiness import kafka_answers

POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
_OLDEST_JAVA = 17
_FETCH_TIMEOUT_SECONDS = 900
_FORMAT_TIMEOUT_SECONDS = 60
_CLUSTER_ID = "Y2FzZWtlZXBlci1sb2NhbA"  # any 16 bytes in URL-safe base 64
_JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true"]

_SERVER_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENTS://{host}:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
log.dirs={logs}
# topics are declared by us, with their partitions; a misspelt name must fail
auto.create.topics.enable=false
# one node: its internal topics have one replica, and few partitions so that it starts fast
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# the first member of a group need not wait for others
group.initial.rebalance.delay.ms=0
# after a kill -9 the same broker is let in again when its old session has expired (9 s by default)
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# small: it shares a laptop
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
"""

_LOG4J_PROPERTIES = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %-5p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


class KafkaUnavailableError(ChildError):
    """Apache Kafka cannot be had on this machine; the message says why."""


def fetch_kafka(cache_dir: Path, *, pom: Path = POM) -> str:
    """The class path of the Kafka named in `pom`, fetched by Maven if it is not here yet.

    The jars live in Maven's own local repository; `cache_dir` remembers the answer, so that Maven runs once.
    """
    if not pom.exists():
        raise KafkaUnavailableError(f"{pom} is missing: Apache Kafka is fetched from a clone of the repository only")
    _require_java()
    answer = cache_dir / f"kafka-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}.classpath"
    if not _is_complete(answer):
        cache_dir.mkdir(parents=True, exist_ok=True)
        _ask_maven(pom, answer)
    return answer.read_text(encoding="utf-8").strip()


def kafka_broker(port: int, data_dir: Path, classpath: str, *, port_setting: str = "CASEKEEPER_BROKER_PORT") -> Child:
    """Apache Kafka on this port; its topics, offsets and configuration live below `data_dir`."""
    home = data_dir.absolute() / "kafka"
    properties, log4j = home / "server.properties", home / "log4j2.properties"
    java = [_java(), *_JVM, f"-Dlog4j2.configurationFile={log4j}", "-cp", classpath]

    async def prepare() -> None:
        _configure(home, port)
        await _format(home, [*java, "kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties)])

    spec = Spec(
        name="broker",
        argv=[*java, "kafka.Kafka", str(properties)],
        port=port,
        port_setting=port_setting,
        ready=functools.partial(kafka_answers, port),
        log_file=data_dir.absolute() / "logs" / "kafka.log",
        directory=home,
        prepare=prepare,
        start_timeout_seconds=90.0,
        grace_seconds=20.0,
    )
    return Child(spec)


def _configure(home: Path, port: int) -> None:
    """Written anew before each start, because the controller takes any free port."""
    home.mkdir(parents=True, exist_ok=True)
    text = _SERVER_PROPERTIES.format(host=HOST, port=port, controller_port=free_port(), logs=home / "logs")
    (home / "server.properties").write_text(text, encoding="utf-8")
    (home / "log4j2.properties").write_text(_LOG4J_PROPERTIES, encoding="utf-8")


async def _format(home: Path, argv: list[str]) -> None:
    """Give an empty disk its cluster id; a formatted one is left as it is."""
    if (home / "logs" / "meta.properties").exists():
        return
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(_FORMAT_TIMEOUT_SECONDS):
            output, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise KafkaUnavailableError(f"Kafka could not format {home}:\n{output.decode(errors='replace')[-2000:]}")


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if found is None or not Path(found).exists():
        raise KafkaUnavailableError(f"Apache Kafka needs Java {_OLDEST_JAVA} or newer, and there is no java here")
    return found


def _require_java() -> None:
    told = subprocess.run([_java(), "-version"], capture_output=True, text=True, check=False, timeout=60)
    version = re.search(r'version "(\d+)', told.stderr + told.stdout)
    if version is None or int(version[1]) < _OLDEST_JAVA:
        found = version[1] if version else "an unknown version"
        raise KafkaUnavailableError(f"Apache Kafka needs Java {_OLDEST_JAVA} or newer, and here is {found}")


def _is_complete(answer: Path) -> bool:
    if not answer.exists():
        return False
    jars = answer.read_text(encoding="utf-8").strip().split(os.pathsep)
    return all(Path(jar).exists() for jar in jars)


def _ask_maven(pom: Path, answer: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError("Apache Kafka is fetched with Maven, and there is no mvn here")
    argv = [maven, "--batch-mode", "--no-transfer-progress", "--quiet", "--file", str(pom)]
    argv += ["dependency:build-classpath", f"-Dmdep.outputFile={answer}"]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, check=False, timeout=_FETCH_TIMEOUT_SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise KafkaUnavailableError(f"Maven delivered no Kafka within {_FETCH_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0 or not _is_complete(answer):
        raise KafkaUnavailableError(f"Maven could not deliver Kafka:\n{(done.stdout + done.stderr)[-2000:]}")
