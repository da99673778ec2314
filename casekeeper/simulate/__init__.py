"""What would happen: the routing engine, as it runs in the service, in a world of events drawn by chance."""

from casekeeper.simulate.scenario import Scenario, ScenarioInvalid, load

__all__ = ["Scenario", "ScenarioInvalid", "load"]
