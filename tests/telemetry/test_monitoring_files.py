"""The files for Prometheus and Grafana: they parse, and name metrics that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from jsonschema import Draft202012Validator
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import REGISTRY, generate_latest

from fourtop import Engine, ManualClock, Measured, MemoryStore, Refused, SqlStore, StoreUnavailable
from fourtop.telemetry import Telemetry
from tests.database.furnished import sqlite_url
from tests.evening import FRIDAY, NOW, a_house, one_table, party_size

FOLDER = Path(__file__).parents[2] / "examples" / "monitoring"
TEXT = {"type": "string", "minLength": 1}
DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h|d)$"}
# The part of Prometheus' format that our file uses; promtool 2.42 accepts the file, too.
RULES = {
    "type": "object",
    "required": ["groups"],
    "additionalProperties": False,
    "properties": {
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "rules"],
                "additionalProperties": False,
                "properties": {
                    "name": TEXT,
                    "rules": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["alert", "expr", "labels", "annotations"],
                            "additionalProperties": False,
                            "properties": {
                                "alert": {"type": "string", "pattern": r"^[A-Z]\w+$"},
                                "expr": TEXT,
                                "for": DURATION,
                                "labels": {
                                    "type": "object",
                                    "required": ["severity"],
                                    "properties": {
                                        "severity": {"enum": ["page", "ticket", "notice"]}
                                    },
                                },
                                "annotations": {
                                    "type": "object",
                                    "required": ["summary", "description"],
                                    "properties": {"summary": TEXT, "description": TEXT},
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


def loaded(name: str) -> Any:
    text = (FOLDER / name).read_text("utf-8")
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def alerts() -> list[dict[str, Any]]:
    return [rule for group in loaded("alerts.yml")["groups"] for rule in group["rules"]]


def panel_expressions() -> list[str]:
    panels = loaded("dashboard.json")["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


class Down(MemoryStore):
    """Cannot be reached for writing."""

    def transact(self, *_: Any) -> Any:
        raise StoreUnavailable("down")


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all samples that Prometheus would scrape after an evening with everything."""
    provider = MeterProvider([PrometheusMetricReader()])
    telemetry = Telemetry(meter_provider=provider)
    url = sqlite_url(tmp_path_factory.mktemp("store") / "night.db")
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        desk = Engine(telemetry.watch(store), observer=telemetry).add_restaurant(
            a_house(one_table(4))
        )
        hold = desk.hold(party_size(4))
        desk.confirm(hold.id)
        desk.confirm(hold.id)
        with pytest.raises(Refused):
            desk.hold(party_size(4))
        desk.availability(FRIDAY, 2)
        store.metrics.count_retry("40001")
        down = Engine(Down(ManualClock(NOW)), observer=telemetry)
        with pytest.raises(StoreUnavailable):
            down.add_restaurant(a_house()).hold(party_size(2))
        telemetry.record(Measured(restaurants=1))
        text = generate_latest(REGISTRY).decode()
    # It leaves the registry of the process, too.
    provider.shutdown()
    return set(re.findall(r"^((?:booking|availability)_\w+)", text, re.MULTILINE))


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:booking|availability)_\w+", expression))


def plain(expression: str) -> str:
    """Return an expression of a dashboard with a length in place of Grafana's variable."""
    return expression.replace("$__rate_interval", "5m")


def test_the_rules_have_the_form_that_prometheus_loads() -> None:
    errors = list(Draft202012Validator(RULES).iter_errors(loaded("alerts.yml")))
    assert errors == []
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names)) >= 10


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_the_expression_of_a_rule_parses_and_names_metrics_that_exist(
    rule: dict[str, Any], scraped: set[str]
) -> None:
    promql_parser.parse(rule["expr"])
    assert names_in(rule["expr"])
    assert names_in(rule["expr"]) <= scraped


def test_the_page_names_each_rule_with_its_severity() -> None:
    page = FOLDER.parents[1] / "docs" / "operations" / "observability.md"
    rows = re.findall(r"^\| `(\w+)` \| (\w+)", page.read_text("utf-8"), re.MULTILINE)
    assert rows == [(rule["alert"], rule["labels"]["severity"]) for rule in alerts()]


def test_every_rule_of_the_unit_tests_exists_and_every_page_has_a_test() -> None:
    cases = loaded("alerts_test.yml")
    tested = {each["alertname"] for test in cases["tests"] for each in test["alert_rule_test"]}
    by_name = {rule["alert"]: rule for rule in alerts()}
    assert tested <= by_name.keys()
    pages = {name for name, rule in by_name.items() if rule["labels"]["severity"] == "page"}
    assert pages <= tested
    for test in cases["tests"]:
        for case in test["alert_rule_test"]:
            for alert in case.get("exp_alerts", ()):
                given = by_name[case["alertname"]]["annotations"]
                assert alert["exp_annotations"]["description"] == given["description"]


def test_the_dashboard_has_the_form_that_grafana_imports() -> None:
    board = loaded("dashboard.json")
    assert board.keys() >= {"title", "uid", "schemaVersion", "panels", "templating", "time"}
    (source,) = board["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + column, place["y"] + row)
            for column in range(place["w"])
            for row in range(place["h"])
        }
        assert not cells & taken, f"{panel['title']} overlaps another panel"
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert panel["title"]
        assert panel["description"]
        assert panel["datasource"]["uid"] == "${datasource}"


def test_the_expressions_of_the_dashboard_parse_and_show_every_metric(scraped: set[str]) -> None:
    shown: set[str] = set()
    for expression in panel_expressions():
        promql_parser.parse(plain(expression))
        shown |= names_in(expression)
    assert shown <= scraped

    def family(name: str) -> str:
        return re.sub(r"_(bucket|sum|count|created|total)$", "", name)

    # A histogram is three samples and a counter may be two; each family is on a panel.
    assert {family(name) for name in shown} == {family(name) for name in scraped}


def test_a_wrong_expression_is_found() -> None:
    with pytest.raises(ValueError, match=r"unclosed|unexpected|parse"):
        promql_parser.parse("sum(rate(booking_holds_alive[5m])")
