"""A person of the team at the desk: signs in with the form, reads the JSON, and sends the page's own forms."""

import re
from typing import Any

import httpx2

from tests.conftest import eventually

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_PROBLEM = re.compile(r'class="note note-problem"[^>]*>([^<]*)<')
_KEY = re.compile(r'name="key" value="([^"]+)"')


class Colleague:
    """Somebody who is signed in."""

    def __init__(self, person: str, client: httpx2.AsyncClient) -> None:
        self.person = person
        self.client = client

    async def sign_in(self, password: str) -> None:
        """Through the form."""
        token = _TOKEN.search(await self.page("/sign-in"))
        assert token
        fields = {"person": self.person, "password": password, "form_token": token[1], "next": "/"}
        answer = await self.client.post("/sign-in", data=fields)
        assert answer.status_code == 200, answer.text
        assert not answer.url.path.startswith("/sign-in"), answer.text

    async def page(self, path: str) -> str:
        """A page's HTML."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def read(self, path: str) -> Any:
        """What the desk's API answers."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def submit(self, page: str, action: str, **fields: str) -> str:
        """Send a form of a page, which is taken; what the desk shows afterwards."""
        status, shown = await self.try_to(page, action, **fields)
        problem = _PROBLEM.search(shown)
        assert status == 200, problem[1] if problem else shown
        assert problem is None, problem[1] if problem else ""
        return shown

    async def try_to(self, page: str, action: str, **fields: str) -> tuple[int, str]:
        """Send a form of a page, which may be refused; the status and what the desk shows afterwards."""
        html = await self.page(page)
        assert f'action="{action}"' in html, f"{page} has no form {action}"
        form = html[html.index(f'action="{action}"') :]
        token, key = _TOKEN.search(form), _KEY.search(form)
        assert token
        assert key
        answer = await self.client.post(action, data={"form_token": token[1], "key": key[1], **fields})
        return answer.status_code, answer.text

    async def case_of(self, conversation: str) -> dict[str, Any] | None:
        """The case of a conversation, when it can be seen already."""
        listed = await self.read("/api/cases?limit=200")
        for line in listed["cases"]:
            case = await self.read(f"/api/cases/{line['id']}")
            if case["conversation"] == conversation:
                return dict(case)
        return None

    async def owned(self, conversation: str) -> dict[str, Any]:
        """The case of a conversation, once it has its owner."""

        async def found() -> dict[str, Any] | None:
            case = await self.case_of(conversation)
            return case if case and case["owner"] else None

        case: Any = await eventually(found, "no case with an owner appeared on the desk")
        return dict(case)

    async def case(self, case_id: str) -> dict[str, Any]:
        """One case with its timeline."""
        return dict(await self.read(f"/api/cases/{case_id}"))
