"""Reading an organisation's files: what is accepted, and that every mistake names its file and line."""

from pathlib import Path

import pytest

from schemas.organisation_file import OrganisationInvalid, check, load

GOOD = """\
name: Test
calendars:
  - {id: always, time_zone: Europe/Oslo, hours: 24/7, public_holidays: [NO, DE-BY]}
pools:
  - {id: care, name: Care}
brands:
  - id: kettle
    name: Kettle
    purpose: service
    voice: warm
    pool: care
    calendar: always
    policy:
      holding_replies:
        en: ["You hear from me by {by}."]
      mandates:
        agent: {refund: 50 EUR}
channels:
  - {id: web, name: Web, kind: web, brand: kettle, audience: private, max_length: 280}
skills:
  - {id: coffee, names: {en: Coffee}}
topics:
  - {id: product, names: {en: Product, nl: Product}}
  - {id: grinder, parent: product, skill: coffee, names: {en: Grinder, nl: Maalwerk}}
people:
  - id: kari
    name: Kari Dahl
    initials: KD
    role: agent
    email: kari@example.org
    country: NO
    time_zone: Europe/Oslo
    languages: {no: C2, en: C1}
    skills: {coffee: 3}
    brands: [kettle]
    mandate: agent
    capacity: 4
    hours: {mon-fri: 09:00-17:30}
    public_holidays: NO
integrations:
  - {id: crm, name: CRM, brands: [kettle]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "all.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def problems(folder: Path) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/") for problem in check(folder)]


class TestLoad:
    def test_reads_everything_and_takes_scalars_as_their_field_does(self, folder: Path) -> None:
        org = load(folder)
        assert org.name == "Test"
        assert org.person("kari").country == "NO"
        assert org.person("kari").languages == {"no": "C2", "en": "C1"}
        assert org.person("kari").capacity == 4

    def test_joins_the_sections_of_all_files_below_the_folder(self, folder: Path) -> None:
        person = GOOD[GOOD.index("people:") : GOOD.index("integrations:")].replace("kari", "ola").replace("Kari", "Ola")
        (folder / "more").mkdir()
        (folder / "more" / "people.yaml").write_text(person, encoding="utf-8")
        (folder / "empty.yaml").write_text("# nothing yet\n", encoding="utf-8")
        assert [found.id for found in load(folder).people] == ["kari", "ola"]

    def test_raises_all_mistakes_at_once(self, folder: Path) -> None:
        text = GOOD.replace("pool: care", "pool: car").replace("capacity: 4", "capacity: many")
        (folder / "all.yaml").write_text(text.replace("name: Care", "nam: Care"), encoding="utf-8")
        with pytest.raises(OrganisationInvalid) as error:
            load(folder)
        assert [problem.line for problem in error.value.problems] == [5, 5, 11, 37]
        assert str(error.value).count(f"{folder}/all.yaml:") == 4


class TestCheck:
    def test_finds_nothing_when_all_is_well(self, folder: Path) -> None:
        assert check(folder) == []

    @pytest.mark.parametrize(
        ("right", "wrong", "line", "sentence"),
        [
            ("pool: care", "pool: car", 11, "brand kettle: unknown pool 'car' (did you mean care?)"),
            ("calendar: always", "calendar: never", 12, "brand kettle: unknown calendar 'never'"),
            ("purpose: service", "purpose: selling", 9, "'service', 'conversation' or 'listening'"),
            ("voice: warm", "voice:", 10, "brand kettle: voice: is empty"),
            ("policy:", "policies:", 13, "brand kettle: policies: unknown key (did you mean policy"),
            ("by {by}", "later", 15, "policy.holding_replies.en.0: must contain {by}"),
            ("by {by}", "by {by}" + "x" * 260, 15, "280 fit on channel 'web'"),
            ("refund: 50 EUR", "refund: 50 euro", 17, "write an amount as 50.00 EUR"),
            (
                "Europe/Oslo, hours",
                "Europe/Osla, hours",
                3,
                "unknown time zone 'Europe/Osla' (did you mean Europe/Oslo",
            ),
            ("DE-BY", "DE-XX", 3, "calendar always: DE has no subdivision 'XX'"),
            ("brand: kettle", "brand: pot", 19, "channel web: unknown brand 'pot' (did you mean kettle?)"),
            ("skill: coffee", "skill: tea", 24, "topic grinder: unknown skill 'tea' (did you mean coffee?)"),
            ("parent: product", "parent: grinder", 24, "topic grinder: the topic is its own ancestor"),
            ("parent: product", "parent: thing", 24, "topic grinder: unknown topic 'thing'"),
            ("country: NO", "country: UK", 31, "person kari: unknown country 'UK' (Great Britain is GB)"),
            ("languages: {no: C2", "languages: {nx: C2", 33, "unknown language 'nx'"),
            ("en: C1", "en: D1", 33, "'C1' or 'C2', not 'D1'"),
            ("coffee: 3}", "cofee: 3}", 34, "person kari: unknown skill 'cofee' (did you mean coffee?)"),
            ("coffee: 3}", "coffee: 6}", 34, "less than or equal to 5, not '6'"),
            ("brands: [kettle]", "brands: [kettle, pot]", 35, "person kari: unknown brand 'pot'"),
            ("mandate: agent", "mandate: boss", 36, "brand 'kettle' has no mandate level 'boss' (did you mean agent?)"),
            ("capacity: 4", "capasity: 4", 37, "unknown key (did you mean capacity?)"),
            ("capacity: 4", "role: agent", 37, "the key 'role' is given twice (keep one)"),
            ("09:00-17:30", "09:00-27:30", 38, "has a time that does not exist"),
            ("name: CRM, brands: [kettle]", "name: CRM, brands: [pot]", 41, "integration crm: unknown brand 'pot'"),
            ("name: CRM, brands: [kettle]", "name: CRM", 41, "integration crm: brands"),
            ("id: crm", "id: CRM", 41, "an id is of lower-case letters"),
            ("role: agent", "role: specialist", 7, "brand kettle: nobody can own its cases"),
            ("role: agent", "role: operator", 7, "brand kettle: nobody can own its cases"),
            (
                "    calendar: always\n",
                "    calendar: always\n    language: no\n    conversation_page: {hours: {en: Nine to five}}\n",
                14,
                "hours lacks no, the brand's language",
            ),
            (
                "    calendar: always\n",
                "    calendar: always\n    conversation_page:\n      greeting: {en: Hi, xx: Hi}\n",
                14,
                "unknown language 'xx'",
            ),
            ("role: agent", "role: operator", 29, "person kari: an operator answers no customers: leave out mandate"),
            ("id: kari", "id: Kari", 26, "an id is of lower-case letters, digits, dots and hyphens"),
            ("skills:\n", "skils:\n", 20, "unknown section 'skils' (did you mean skills?)"),
            ("  - {id: care, name: Care}", "  care: Care", 4, "pools must be a list"),
            ("  - {id: care, name: Care}", "  - care", 5, "must be keys with values"),
        ],
    )
    def test_names_the_line_and_what_would_be_right(
        self, folder: Path, right: str, wrong: str, line: int, sentence: str
    ) -> None:
        assert GOOD.count(right) >= 1
        (folder / "all.yaml").write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
        assert any(found.startswith(f"all.yaml:{line}: ") and sentence in found for found in problems(folder))

    def test_reports_a_wrong_item_once_and_not_at_what_refers_to_it(self, folder: Path) -> None:
        (folder / "all.yaml").write_text(GOOD.replace("purpose: service", "purpose: selling"), encoding="utf-8")
        assert len(problems(folder)) == 1

    def test_finds_the_same_id_and_the_same_name_in_another_file(self, folder: Path) -> None:
        (folder / "b.yaml").write_text(
            "name: Again\n" + GOOD[GOOD.index("people:") : GOOD.index("integrations:")], encoding="utf-8"
        )
        found = problems(folder)
        assert found[0].startswith("b.yaml:1: the organisation has a name already, in ")
        assert found[1:] == [
            "b.yaml:3: person kari: id 'kari' is used twice (each needs its own)",
            "b.yaml:7: person kari: email 'kari@example.org' is used twice (each needs its own)",
        ]

    def test_lists_what_is_missing_altogether(self, folder: Path) -> None:
        (folder / "all.yaml").write_text("skills: []\n", encoding="utf-8")
        assert len(problems(folder)) == 6

    @pytest.mark.parametrize(
        ("content", "line", "sentence"),
        [
            (b"name: [\n", 2, "is not YAML"),
            (b"name: Test\n\tpools: []\n", 2, "is not YAML"),
            (b"name: \xff\xfe\n", 1, "is not UTF-8 text"),
            (b"- a list\n", 1, "must hold sections"),
            (b"name: [a, b]\n", 1, "must be a text"),
            (b"people:\n  - &a\n    id: x\n    leave: [*a]\n", 2, "an alias holds itself"),
            (b"name: a\n---\nname: b\n", 2, "is not YAML"),
        ],
    )
    def test_survives_files_that_are_no_sections(self, folder: Path, content: bytes, line: int, sentence: str) -> None:
        (folder / "bad.yaml").write_bytes(content)
        assert any(found.startswith(f"bad.yaml:{line}: ") and sentence in found for found in problems(folder))

    def test_says_when_there_is_nothing_to_read(self, tmp_path: Path) -> None:
        assert "holds no *.yaml file" in str(check(tmp_path)[0])
        assert "is no folder" in str(check(tmp_path / "nowhere")[0])
