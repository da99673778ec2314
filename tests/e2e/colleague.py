"""A person of the team at the desk: signs in with the form, reads the JSON, and sends the page's own forms."""

import re
from typing import Any

import httpx2

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
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
        """Send a form of a page; what the desk shows afterwards."""
        html = await self.page(page)
        token, key = _TOKEN.search(html), _KEY.search(html)
        assert token
        assert key
        assert f'"{action}"' in html, f"{page} has no form {action}"
        answer = await self.client.post(action, data={"form_token": token[1], "key": key[1], **fields})
        assert answer.status_code == 200, answer.text
        assert 'class="note note-problem"' not in answer.text, answer.text
        return answer.text

    async def case_of(self, conversation: str) -> dict[str, Any] | None:
        """The case of a conversation, when it can be seen already."""
        listed = await self.read("/api/cases?limit=200")
        for line in listed["cases"]:
            case = await self.read(f"/api/cases/{line['id']}")
            if case["conversation"] == conversation:
                return dict(case)
        return None

    async def case(self, case_id: str) -> dict[str, Any]:
        """One case with its timeline."""
        return dict(await self.read(f"/api/cases/{case_id}"))
