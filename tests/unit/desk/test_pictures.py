"""Pictures are shown where that is safe; everything else is a link that does nothing by itself (V6)."""

import pytest

from schemas.events.message import Attachment
from services.desk.domain.pictures import Pictures
from services.desk.pages.rendering import environment

PHOTO = Attachment(url="https://media.example/lid.jpg", media_type="image/jpeg", alt="A broken lid")


@pytest.mark.parametrize(
    ("attachment", "shown"),
    [
        (PHOTO, True),
        (Attachment(url="https://media.example/dance.GIF"), True),
        (Attachment(url="https://media.example/lid.mp4", media_type="video/mp4"), False),
        (Attachment(url="https://media.example/manual.pdf"), False),
        (Attachment(url="http://media.example/lid.jpg", media_type="image/jpeg"), False),
        (Attachment(url="javascript:alert(1)//.jpg", media_type="image/jpeg"), False),
        (Attachment(url="data:image/png;base64,AAAA", media_type="image/png"), False),
        (Attachment(url="https://[::1/lid.jpg", media_type="image/jpeg"), False),
        (Attachment(url="https://media.example:x/lid.jpg", media_type="image/jpeg"), False),
    ],
)
def test_only_encrypted_pictures_are_shown(attachment: Attachment, shown: bool) -> None:
    assert Pictures().shows(attachment) == shown


@pytest.mark.parametrize(
    ("hosts", "sources", "shown"),
    [
        ("*", "'self' https:", True),
        ("", "'self'", False),
        ("media.example", "'self' https://media.example", True),
        (" cdn.example  MEDIA.example ", "'self' https://cdn.example https://media.example", True),
        ("cdn.example", "'self' https://cdn.example", False),
    ],
)
def test_an_organisation_names_the_hosts_it_trusts(hosts: str, sources: str, shown: bool) -> None:
    assert Pictures(hosts).sources == sources
    assert Pictures(hosts).shows(PHOTO) == shown
    assert Pictures(hosts).links(PHOTO)


@pytest.mark.parametrize("hosts", ["https://media.example", "*.example", "a; script-src *", "media.example *"])
def test_what_is_no_host_is_refused(hosts: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a host"):
        Pictures(hosts)


@pytest.mark.parametrize(
    ("attachment", "kind", "played"),
    [
        (PHOTO, "picture", False),
        (Attachment(url="https://media.example/lid.mp4"), "video", True),
        (Attachment(url="https://www.youtube.com/watch?v=1"), "video", False),
        (Attachment(url="https://youtu.be/1", media_type="text/html"), "video", False),
        (Attachment(url="https://media.example/lid.mp3"), "sound", False),
        (Attachment(url="https://media.example/manual.pdf"), "file", False),
        (Attachment(url="https://media.example/lid.mp4?download", media_type="application/zip"), "file", False),
        (Attachment(url="https://moccarel.example/help/lid"), "page", False),
        (Attachment(url="http://media.example/lid.mp4"), "video", False),
        (Attachment(url="https://[::1/lid.mp4"), "page", False),
    ],
)
def test_what_lies_there_is_said_and_only_encrypted_videos_are_played(
    attachment: Attachment, kind: str, played: bool
) -> None:
    assert (Pictures().kind(attachment), Pictures().plays(attachment)) == (kind, played)
    assert not Pictures("").plays(attachment)


def rendered(*attachments: Attachment, hosts: str = "*") -> str:
    template = environment("en").from_string('{% from "_media.html" import media with context %}{{ media(each) }}')
    return template.render(each=attachments, pictures=Pictures(hosts), reader=None)


def test_a_picture_says_what_is_to_be_seen_and_tells_its_host_little() -> None:
    html = rendered(PHOTO)
    assert 'alt="A broken lid"' in html
    assert 'loading="lazy"' in html
    assert 'referrerpolicy="no-referrer"' in html
    assert 'alt="picture without a description"' in rendered(Attachment(url="https://media.example/x.png"))


def test_a_video_waits_until_it_is_played_and_what_leads_nowhere_is_neither() -> None:
    lid = Attachment(url="https://media.example/lid.mp4", media_type="video/mp4", name="lid.mp4", alt="The lid")
    video = rendered(lid)
    assert 'href="https://media.example/lid.mp4"' in video
    assert 'preload="none"' in video
    assert 'aria-label="The lid"' in video
    assert "<img" not in video
    assert "<video" not in rendered(lid, hosts="cdn.example")
    assert 'rel="noopener noreferrer nofollow"' in video
    hostile = rendered(Attachment(url="javascript:alert(1)", name='"><script>x</script>'))
    assert "href" not in hostile
    assert "<script>" not in hostile


def test_a_picture_of_an_unknown_host_is_a_link() -> None:
    html = rendered(PHOTO, hosts="cdn.example")
    assert "<img" not in html
    assert ">A broken lid</a>" in html
