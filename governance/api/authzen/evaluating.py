"""Access Evaluation and Access Evaluations: yes or no, with reasons."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from governance.api.authzen import bodies
from governance.api.authzen.bodies import WrongBody
from governance.api.authzen.endpoint import AuthzenEndpoint
from governance.authorization.asked import Asked
from governance.authorization.deciding import Semantic, decide
from governance.authorization.telling import told


class EvaluationView(AuthzenEndpoint):
    """May this subject do this to this resource?"""

    def post(self, request: Request) -> HttpResponse:
        asked = bodies.question(bodies.whole(request.data))
        return self.said(told(decide([asked], self.actor, self.asker)[0]))


class EvaluationsView(AuthzenEndpoint):
    """The same for up to a hundred at once, all of one moment. Without `evaluations` it is one question."""

    def post(self, request: Request) -> HttpResponse:
        body = bodies.whole(request.data)
        each, semantic = bodies.evaluations(body), bodies.semantic(body)
        if not each:
            return self.said(told(decide([bodies.question(body)], self.actor, self.asker)[0]))
        read = [_read(index, one) for index, one in enumerate(each)]
        return self.said({"evaluations": self._answers(read, semantic)})

    def _answers(self, read: list[Asked | dict[str, Any]], semantic: Semantic) -> list[dict[str, Any]]:
        """In the order of the questions. One that cannot be read is a no by itself."""
        until = next((at for at, one in enumerate(read) if isinstance(one, dict) and semantic.ends_with(False)), None)
        read = read if until is None else read[: until + 1]
        decided = iter(decide([one for one in read if isinstance(one, Asked)], self.actor, self.asker, semantic))
        answers: list[dict[str, Any]] = []
        for one in read:
            if isinstance(one, dict):
                answers.append(one)
            elif (decision := next(decided, None)) is not None:
                answers.append(told(decision))
            if answers and semantic.ends_with(answers[-1]["decision"]):
                break
        return answers


def _read(index: int, one: Mapping[str, Any]) -> Asked | dict[str, Any]:
    try:
        return bodies.question(one, f"/evaluations/{index}")
    except WrongBody as wrong:
        error = {"status": 400, "message": str(wrong.detail), "errors": wrong.errors}
        return {"decision": False, "context": {"reason_code": "invalid_body", "error": error}}
