"""Pictures, videos and files go with replies, questions and answers, each said in words, and shown as such (V6)."""

import re

from services.chassis.service import Service
from tests.integration.desk.conftest import Browser, Started, browser
from tests.integration.desk.stage import CASE, EXPERT, OWNER, PAGE, Desk

PICTURE, VIDEO, MANUAL = (
    f"https://media.moccarel.example/{name}" for name in ("valve.jpg", "valve.mp4", "manual%20duo.pdf")
)
FILM = "https://www.youtube.com/watch?v=valve"


def links(*pairs: tuple[str, str]) -> dict[str, str]:
    fields = {f"link-{number}-url": url for number, (url, _) in enumerate(pairs, 1)}
    return fields | {f"link-{number}-what": what for number, (_, what) in enumerate(pairs, 1)}


async def test_a_reply_takes_pictures_along_through_its_draft(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner:
        await _what_is_wrong_is_said(owner)
        going = links((PICTURE, "The valve, seen from below"), (MANUAL, "The manual"))
        kept = await owner.submit(PAGE, f"{PAGE}/drafts", partial=True, text="It is this valve.", **going)
        assert "Kept as a draft." in kept.text
        [draft] = (await desk.view(lambda view: view.drafts)).drafts
        page = (await owner.get(f"{PAGE}?draft={draft.id}")).text
        assert "with 2 pictures, videos or files" in page
        assert f'value="{PICTURE}"' in page
        assert 'value="The valve, seen from below"' in page
        fields = {"draft": draft.id, "version": "1", "text": "It is this valve.", **going}
        assert "on its way" in (await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **fields)).text
        view = await desk.view(lambda view: any(entry.kind == "reply" for entry in view.timeline))
        said = next(entry for entry in view.timeline if entry.kind == "reply")
        assert [(each.alt, each.name, each.media_type) for each in said.attachments] == [
            ("The valve, seen from below", "valve.jpg", "image/jpeg"),
            ("The manual", "manual duo.pdf", "application/pdf"),
        ]
        shown = (await owner.get(PAGE)).text
        assert f'<img src="{PICTURE}" alt="The valve, seen from below"' in shown
        assert "file, media.moccarel.example" in shown


async def _what_is_wrong_is_said(owner: Browser) -> None:
    words = {"text": "It is this valve.", "partial": True}
    plain = await owner.submit(PAGE, f"{PAGE}/reply", **words, **links(("http://media.example/a.jpg", "A valve")))
    assert "A link begins with https://" in plain.text
    assert 'value="http://media.example/a.jpg"' in plain.text  # what was typed is kept
    assert '<details class="enclose" id="enclose-reply" open>' in plain.text
    wordless = await owner.submit(PAGE, f"{PAGE}/reply", **words, **links((PICTURE, " ")))
    assert "Say in a few words what each link shows" in wordless.text
    lost = await owner.submit(PAGE, f"{PAGE}/reply", **words, **links(("", "A valve")))
    assert "There are words for a link, but no address." in lost.text


async def test_a_question_takes_a_picture_along_and_the_answer_brings_a_video(
    start_desk: Started, cases: Service
) -> None:
    hosts = "media.moccarel.example"
    desk = Desk(await start_desk(cases_url=cases.url, picture_hosts=hosts))
    await desk.a_case_is_owned("It leaks, see the photo")
    async with browser(desk.service, OWNER) as owner, browser(desk.service, EXPERT) as expert:
        photo = re.search(r'name="(along-[^"]+)" value="yes"', (await owner.get(PAGE)).text)
        assert photo
        fields = {"question": "Which valve is this?", "skill": "coffee", "language": "en", "due_minutes": "60"}
        going = {photo[1]: "yes", **links((PICTURE, "The leak"))}
        asked = await owner.submit(PAGE, f"{PAGE}/consult", partial=True, **fields, **going)
        assert "Asked." in asked.text
        [consult] = (await desk.view(lambda view: view.open_consults)).consults
        await desk.asked(consult.id)
        question = (await expert.get("/consults")).text
        assert f'<img src="{PICTURE}" alt="The leak"' in question
        assert 'href="https://example.org/a.jpg"' in question  # the customer's own, because the owner chose it
        path = f"/consults/{CASE}/{consult.id}"
        back = {"question": "This one?", **links(("https://elsewhere.example/b.jpg", "Another valve"))}
        assert "with the owner" in (await expert.submit("/consults", f"{path}/ask-back", partial=True, **back)).text
        await desk.view(lambda view: any(entry.kind == "consult-asked-back" for entry in view.timeline))
        assert ">Another valve</a>" in (await owner.get(PAGE)).text
        clarify = f"{PAGE}/consults/{consult.id}/clarify"
        more = {"text": "No, this one.", "consult": consult.id, **links((PICTURE, "Its other side"))}
        assert "Told." in (await owner.submit(PAGE, clarify, partial=True, **more)).text
        await desk.view(lambda view: any(entry.kind == "consult-clarified" for entry in view.timeline))
        assert 'alt="Its other side"' in (await expert.get("/consults")).text
        answer = {"answer": "The left one; see how.", **links((VIDEO, "How to change it"), (FILM, "The long version"))}
        assert (await expert.submit("/consults", f"{path}/answer", **answer)).status_code == 303
        await desk.view(lambda view: view.consults[0].answered_at)
        response = await owner.get(PAGE)
        assert f'src="{VIDEO}" aria-label="How to change it"' in response.text
        assert 'preload="none"' in response.text
        assert ">The long version</a>" in response.text
        assert "video, youtube.com" in response.text
        assert 'src="https://elsewhere.example/b.jpg"' not in response.text  # a link: its host is not trusted
        assert ">Another valve</a>" in response.text
        policy = response.headers["content-security-policy"]
        assert f"img-src 'self' https://{hosts};" in policy
        assert f"media-src 'self' https://{hosts};" in policy
