"""What one process does to the store in the concurrency and crash tests: run as `writer.py ROLE URL DATABASE N`.

Every role uses guarded writes (one document, one commit) and prints what it was told it achieved.
"""

import itertools
import sys
from typing import Any

from pymongo import MongoClient, ReplaceOne, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

Store = Database[dict[str, Any]]
BATCH = 10


def increment(store: Store, count: int) -> None:
    """Add one to one document, `count` times, by reading it and replacing it under its version."""
    done = attempts = 0
    while done < count:
        attempts += 1
        document = store.aggregates.find_one({"_id": "hot"}) or {"_id": "hot", "version": 0, "total": 0}
        version = document["version"]
        changed = document | {"version": version + 1, "total": document["total"] + 1}
        try:
            reply = store.aggregates.replace_one({"_id": "hot", "version": version}, changed, upsert=version == 0)
        except DuplicateKeyError:
            continue
        done += reply.matched_count + (reply.upserted_id is not None)
    say(done)


def bulk(store: Store, rounds: int) -> None:
    """Add one to each of ten documents in one bulk, `rounds` times; print how many replaces the store said it did."""
    ids = [f"warm-{number}" for number in range(BATCH)]
    replaced = 0
    for _ in range(rounds):
        found = {document["_id"]: document for document in store.aggregates.find({"_id": {"$in": ids}})}
        documents = [found.get(name, {"_id": name, "version": 0, "total": 0}) for name in ids]
        replaced += bulk_replace(store, documents)
    say(replaced)


def bulk_replace(store: Store, documents: list[dict[str, Any]]) -> int:
    operations = [
        ReplaceOne(
            {"_id": old["_id"], "version": old["version"]},
            old | {"version": old["version"] + 1, "total": old["total"] + 1},
            upsert=old["version"] == 0,
        )
        for old in documents
    ]
    try:
        reply = store.aggregates.bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        if any(failed["code"] != 11000 for failed in error.details["writeErrors"]):
            raise
        return int(error.details["nMatched"]) + int(error.details["nUpserted"])
    return reply.matched_count + reply.upserted_count


def create(store: Store, count: int) -> None:
    """Try to be the first to write each of `count` documents; print how many were ours."""
    won = 0
    for number in range(count):
        document = {"_id": f"new-{number}", "version": 1}
        try:
            reply = store.aggregates.replace_one({"_id": document["_id"], "version": 0}, document, upsert=True)
        except DuplicateKeyError:
            continue
        won += reply.upserted_id is not None
    say(won)


def stream(store: Store, first: int) -> None:
    """Write until the store is killed: insert, bulk upsert, bulk replace, update. Print each batch once acknowledged."""
    for batch in itertools.count(first):
        ids = [f"{batch}-{number}" for number in range(BATCH)]
        try:
            store.published.insert_one({"_id": f"event-{batch}"})
            fresh = [ReplaceOne({"_id": name, "version": 0}, {"_id": name, "version": 1}, upsert=True) for name in ids]
            store.aggregates.bulk_write(fresh, ordered=False)
            again = [ReplaceOne({"_id": name, "version": 1}, {"_id": name, "version": 2, "pending": 1}) for name in ids]
            store.aggregates.bulk_write(again, ordered=False)
            say(f"{batch} replaced")
            cleared: list[UpdateOne] = [
                UpdateOne({"_id": name, "version": 2}, {"$inc": {"version": 1}, "$unset": {"pending": ""}})
                for name in ids
            ]
            store.aggregates.bulk_write(cleared, ordered=False)
        except PyMongoError:
            return
        say(f"{batch} cleared")


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


ROLES = {"increment": increment, "bulk": bulk, "create": create, "stream": stream}

if __name__ == "__main__":
    _, role, url, database, number = sys.argv
    with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=5000, retryWrites=False) as client:
        ROLES[role](client[database], int(number))
