"""The workspace's rules: one more, one less."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gridflex.errors import InputError
from gridflex.notify.addresses import checked
from gridflex.notify.rules import MOST_RULES, Rule, Trigger, new_rule
from gridflex.services.decider import Decider
from gridflex.services.watching import kept_for
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry


class RuleBook:
    """Every method returns the new workspace, on disk with its row in the trail."""

    def __init__(self, decider: Decider, *, allow_private: bool = False) -> None:
        self._decider, self._allow_private = decider, allow_private

    def add(
        self, workspace: Workspace, trigger: Trigger, limit: float, url: str, now: datetime
    ) -> tuple[Workspace, Rule]:
        """One more rule, with its secret. Raises InputError for a limit or an address it cannot have, or too many."""
        if len(workspace.rules) >= MOST_RULES:
            raise InputError(f"A workspace has at most {MOST_RULES} rules; remove one first.")
        rule = new_rule(trigger, limit, str(checked(url, allow_private=self._allow_private)), now)
        changed = replace(workspace, rules=(*workspace.rules, rule))
        entry = Entry("rule", rule.id, {"action": "added", **rule.public})
        return self._decider.noted(changed, now, [entry]), rule

    def remove(self, workspace: Workspace, rule_id: str, now: datetime) -> Workspace:
        """One rule less. Raises InputError for one that is not there."""
        rule = self.find(workspace, rule_id)
        left = tuple(one for one in workspace.rules if one is not rule)
        changed = replace(workspace, rules=left, seen=kept_for(left, workspace.seen))
        entry = Entry("rule", rule.id, {"action": "removed", **rule.public})
        return self._decider.noted(changed, now, [entry])

    def find(self, workspace: Workspace, rule_id: str) -> Rule:
        """The rule. Raises InputError for one that is not there."""
        for rule in workspace.rules:
            if rule.id == rule_id:
                return rule
        raise InputError("This workspace has no such rule.")
