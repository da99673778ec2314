"""One customer on several channels: linked and unlinked by a person; their cases merged and split, with the trail (U2)."""

import re

from schemas.events.message import Author
from services.chassis.service import Service
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser
from tests.integration.desk.stage import CASE, COLLEAGUE, OWNER, PAGE, Desk

MAIL = Author(id="jonas@example.org", name="J. Weber", address="Jonas@example.org")
NAMESAKE = Author(id="4711", name="jonas  weber", handle="@jonasw")
TOKEN = re.compile(r'name="identity" value="([^"]+)"')


async def test_a_person_links_two_identities_merges_their_cases_and_unlinks_again(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    mail_case = await desk.another_case_is_owned("conversation-2", "mail", MAIL, "The machine still leaks")
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COLLEAGUE) as colleague:
        before = (await owner.get(f"{PAGE}/customer")).text
        assert "same address" in before
        assert "Unlink" not in before
        assert MAIL.address not in before  # masked until the owner reveals it (M3)
        assert MAIL.id not in before
        early = {"into": mail_case, "reason": "The same leak"}
        assert "Link them first" in (await owner.submit(PAGE, f"{PAGE}/merge", partial=True, **early)).text
        await _linked(owner, mail_case)
        await _merged(desk, owner, mail_case)
        await _unlinked(colleague)


async def _linked(owner: Browser, other: str) -> None:
    customer = f"{PAGE}/customer"
    unsaid = await owner.submit(customer, f"{PAGE}/links", partial=True, other=other, reason=" ")
    assert "Say why, in a few words." in unsaid.text
    itself = await owner.submit(customer, f"{PAGE}/links", partial=True, other=CASE, reason="I think so")
    assert "That is the same identity already" in itself.text
    unknown = await owner.submit(customer, f"{PAGE}/links", partial=True, other="nowhere", reason="I think so")
    assert "There is no such case" in unknown.text
    fields = {"other": f"https://desk.example/cases/{other}#composer", "reason": "They gave the same address"}
    linked = await owner.submit(customer, f"{PAGE}/links", partial=True, **fields)
    assert "They are one customer now." in linked.text
    assert len(TOKEN.findall(linked.text)) == 2
    assert "same address" not in linked.text  # nobody is asked again
    assert f'href="/cases/{other}"' in linked.text


async def _merged(desk: Desk, owner: Browser, into: str) -> None:
    choices = (await owner.get(f"{PAGE}/merge-choices", **{"HX-Request": "true"})).text
    assert f'value="{into}"' in choices
    assert "The machine still leaks" in choices
    nothing = await owner.submit(PAGE, f"{PAGE}/merge", partial=True, reason="The same leak")
    assert "Choose a case" in nothing.text
    done = await owner.submit(PAGE, f"{PAGE}/merge", partial=True, into=into, reason="The same leak")
    assert "Merged." in done.text
    await desk.view(lambda view: view.merged_into == into and view.closed)
    left = (await owner.get(PAGE)).text
    assert "This case goes on in another one" in left
    assert "The same leak" in left
    await desk.view(lambda view: any(entry.kind == "absorbed" for entry in view.timeline), into)
    there = (await owner.get(f"/cases/{into}")).text
    assert "merged another case into this one" in there
    assert f'href="{PAGE}"' in there


async def _unlinked(colleague: Browser) -> None:
    customer = f"{PAGE}/customer"
    token = TOKEN.findall((await colleague.get(customer)).text)[1]
    stale = await colleague.submit(customer, f"{PAGE}/unlinks", partial=True, identity="x", reason="A namesake")
    assert "They are not linked any more." in stale.text
    done = await colleague.submit(customer, f"{PAGE}/unlinks", partial=True, identity=token, reason="A namesake")
    assert "They are two customers again" in done.text
    assert not TOKEN.findall(done.text)
    assert "same address" in done.text


async def test_a_namesake_is_shown_with_why_and_a_stranger_is_not(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned("It leaks. Or mail me: lena@example.org")
    lena = Author(id="lena@example.org", name="Lena", address="lena@example.org")
    await desk.another_case_is_owned("conversation-2", "social", NAMESAKE, "Anybody else?")
    await desk.another_case_is_owned("conversation-3", "mail", lena, "It leaks")
    stranger = await desk.another_case_is_owned("conversation-4", "reviews", Author(id="9", name="Ana"), "Nice")
    async with browser(desk.service, OWNER) as owner:
        page = (await owner.get(f"{PAGE}/customer?lang=nl")).text
        assert page.index("de een schreef het adres van de ander") < page.index("dezelfde naam")  # the surest first
        assert "lena@example.org" not in page
        assert stranger not in page


async def test_a_case_of_two_matters_is_split_and_both_pages_tell(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned("It leaks", "And my invoice is wrong")
    view = await desk.view(lambda view: view.owner == OWNER)
    messages = [entry.ref for entry in view.timeline if entry.kind == "message"]
    async with browser(desk.service, OWNER) as owner:
        page = (await owner.get(PAGE)).text
        assert all(f'name="message" value="{each}"' in page for each in messages)
        nothing = await owner.submit(PAGE, f"{PAGE}/split", partial=True, reason="Two matters")
        assert "Choose at least one message." in nothing.text
        fields = {"message": messages[1], "reason": "The invoice is for another team"}
        assert "Split." in (await owner.submit(PAGE, f"{PAGE}/split", partial=True, **fields)).text
        view = await desk.view(lambda view: view.split_off)
        new_case = view.split_off[messages[1]]
        again = await owner.submit(PAGE, f"{PAGE}/split", partial=True, **fields)
        assert "goes on in another case already" in again.text

        async def told() -> bool:
            return "open that case" in (await owner.get(f"/cases/{new_case}")).text

        await eventually(told)
        old, new = (await owner.get(PAGE)).text, (await owner.get(f"/cases/{new_case}")).text
        assert "The invoice is for another team" in old
        assert f'href="/cases/{new_case}">goes on in another case' in old
        assert "Case opened with messages of another case" in new
        assert f'href="{PAGE}"' in new
        assert "And my invoice is wrong" in new
