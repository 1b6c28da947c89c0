"""The registry, from Python: `Registry` waits for answers, `AsyncRegistry` awaits them. Both run the same flows."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing, closing
from functools import wraps
from types import TracebackType
from typing import Any, BinaryIO, Concatenate, ParamSpec, Self, TypeVar

import httpx

from charter import calls, exchange, flows
from charter.answers import Operation
from charter.calls import Call
from charter.errors import Refused, Unreachable
from charter.exchange import Wait
from charter.flows import Flow
from charter.handles import AsyncFeatureHandle, FeatureHandle
from charter.settings import known

Answer = TypeVar("Answer")
Parameters = ParamSpec("Parameters")
ASK_EVERY = 1.0  # seconds, where nobody tells


def _waiting(
    flow: Callable[Parameters, Flow[Answer]],
) -> Callable[Concatenate["Registry", Parameters], Answer]:
    """A method that runs the flow and waits."""

    @wraps(flow)
    def method(self: "Registry", *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        return self.run(flow(*args, **kwargs))

    return method


def _awaited(
    flow: Callable[Parameters, Flow[Answer]],
) -> Callable[Concatenate["AsyncRegistry", Parameters], Coroutine[Any, Any, Answer]]:
    """A method that runs the flow and is awaited."""

    @wraps(flow)
    async def method(self: "AsyncRegistry", *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        return await self.run(flow(*args, **kwargs))

    return method


class Registry:
    """Charter's API. `url` and `token` come from CHARTER_URL and CHARTER_TOKEN, or `charter login`, unless given.

    Threads may share it, and a process that is forked off gets connections of its own. Raises NotConfigured at once;
    each call raises Refused with what to do, or Unreachable.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.settings = known(url, token)
        self._clients: dict[int, httpx.Client] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if client := self._clients.pop(os.getpid(), None):
            client.close()

    @property
    def _client(self) -> httpx.Client:
        process = os.getpid()
        if process not in self._clients:
            self._clients.setdefault(process, httpx.Client(timeout=exchange.TIMEOUT))
        return self._clients[process]

    def do(self, call: Call[Answer]) -> Answer:
        """Send a call, again where that is safe and of use, and give its answer."""
        attempt = 1
        while True:
            try:
                outcome = exchange.understood(
                    call, self._client.send(exchange.request_of(call, self.settings)), attempt
                )
            except httpx.TransportError as error:
                outcome = exchange.after_failure(call, error, attempt)
            if not isinstance(outcome, Wait):
                return outcome
            time.sleep(outcome.seconds)
            attempt += 1

    def run(self, flow: Flow[Answer]) -> Answer:
        """Do what a flow asks for, until it ends."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    step = flow.send(None)
                    continue
                try:
                    answer = self.do(step)
                except Exception as error:  # noqa: BLE001  the flow decides what it means
                    step = flow.throw(error)
                else:
                    step = flow.send(answer)
        except StopIteration as ended:
            result: Answer = ended.value
            return result

    def feature(self, reference: str) -> FeatureHandle:
        """`project.view.feature`, or that with `@number`. Warns once where it is deprecated."""
        return FeatureHandle(self, *self.run(flows.parts(reference)))

    def watch(self, reference: str) -> Iterator[Operation]:
        """Long work whenever it gets on, until it is finished. The first one says how far it is now."""
        latest = self.operation(reference)
        yield latest
        while not latest.is_finished:
            for latest in self._told(reference):
                yield latest

    def _told(self, reference: str) -> Iterator[Operation]:
        """What Charter tells of it, for a minute at most; or one look at it, where too many listen already."""
        call = calls.operation_events(reference)
        try:
            response = self._client.send(exchange.request_of(call, self.settings), stream=True)
            try:
                if response.status_code != 200:
                    response.read()
                    exchange.understood(call, response, exchange.MOST_TRIES)
                yield from flows.told_in(response.iter_lines())
            finally:
                response.close()
        except Refused as refused:
            if refused.code != "busy":
                raise
            yield self.run(flows.operation(reference, after=ASK_EVERY))
        except httpx.TransportError:  # it broke off in the middle; the next look says whether Charter is there
            yield self.run(flows.operation(reference, after=ASK_EVERY))

    def audit_export(self, to: BinaryIO, form: str = "jsonl", **filters: str | None) -> int:
        """Write the audit log into an open file, part by part, with the hashes that `charter.audit` checks.

        Filters are `actor`, `action`, `object`, `object_key`, `object_type`, `project`, `since` and `until`. Returns
        how many bytes it has.
        """
        call = calls.audit_export(form, filters)
        try:
            with closing(self._client.send(exchange.request_of(call, self.settings), stream=True)) as response:
                if response.status_code != 200:
                    response.read()
                    exchange.understood(call, response, exchange.MOST_TRIES)
                return sum(map(to.write, response.iter_bytes()))
        except httpx.TransportError as error:
            raise Unreachable(f"The export broke off: {error or type(error).__name__}. Ask for it again.") from error

    search = _waiting(flows.search)
    check = _waiting(flows.check)
    can = _waiting(flows.can)
    evaluate = _waiting(flows.evaluate)
    can_retire = _waiting(flows.can_retire)
    difference = _waiting(flows.difference)
    register = _waiting(flows.register)
    draft = _waiting(flows.draft)
    publish = _waiting(flows.publish)
    deprecate = _waiting(flows.deprecate)
    deprecate_many = _waiting(flows.deprecate_many)
    deprecations = _waiting(flows.deprecations)
    rights_found = _waiting(flows.rights_found)
    scorecard = _waiting(flows.scorecard)
    attest = _waiting(flows.attest)
    report_run = _waiting(flows.report_run)
    deprecation = _waiting(flows.deprecation)
    acknowledge = _waiting(flows.acknowledge)
    ask_extension = _waiting(flows.ask_extension)
    remind = _waiting(flows.remind)
    retire = _waiting(flows.retire)
    declare = _waiting(flows.declare)
    report_usage = _waiting(flows.report_usage)
    defaults_of = _waiting(flows.defaults_of)
    plan = _waiting(flows.plan)
    apply = _waiting(flows.apply)
    approve = _waiting(flows.approve)
    export = _waiting(flows.export)
    health = _waiting(flows.health)
    feature_health = _waiting(flows.feature_health)
    incidents = _waiting(flows.incidents)
    incident = _waiting(flows.incident)
    acknowledge_incident = _waiting(flows.acknowledge_incident)
    resolve_incident = _waiting(flows.resolve_incident)
    mute_incident = _waiting(flows.mute_incident)
    reassign_incident = _waiting(flows.reassign_incident)
    lineage = _waiting(flows.lineage)
    impact = _waiting(flows.impact)
    events = _waiting(flows.events)
    audit_verification = _waiting(flows.audit_verification)
    connections = _waiting(flows.connections)
    start_parity = _waiting(flows.start_parity)
    parity = _waiting(flows.parity)
    report_evidently = _waiting(flows.report_evidently)
    migration = _waiting(flows.migration)
    pull = _waiting(flows.pull)
    operations = _waiting(flows.operations)
    operation = _waiting(flows.operation)
    request_access = _waiting(flows.request_access)
    take_access = _waiting(flows.take_access)
    access_requests = _waiting(flows.access_requests)
    access_request = _waiting(flows.access_request)
    change_request = _waiting(flows.change_request)
    decide = _waiting(flows.decide)
    take_back = _waiting(flows.take_back)
    withdraw = _waiting(flows.withdraw)
    review_emergency = _waiting(flows.review_emergency)
    comment = _waiting(flows.comment)
    inbox = _waiting(flows.inbox)
    grants = _waiting(flows.grants)
    revoke_grant = _waiting(flows.revoke_grant)
    extend_grant = _waiting(flows.extend_grant)
    purposes = _waiting(flows.purposes)
    me = _waiting(flows.me)
    tokens = _waiting(flows.tokens)
    create_token = _waiting(flows.create_token)
    revoke_token = _waiting(flows.revoke_token)


class AsyncRegistry:
    """The same for asyncio. Made and used in one event loop."""

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.settings = known(url, token)
        self._client = httpx.AsyncClient(timeout=exchange.TIMEOUT)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def do(self, call: Call[Answer]) -> Answer:
        """Send a call, again where that is safe and of use, and give its answer."""
        attempt = 1
        while True:
            try:
                response = await self._client.send(exchange.request_of(call, self.settings))
                outcome = exchange.understood(call, response, attempt)
            except httpx.TransportError as error:
                outcome = exchange.after_failure(call, error, attempt)
            if not isinstance(outcome, Wait):
                return outcome
            await asyncio.sleep(outcome.seconds)
            attempt += 1

    async def run(self, flow: Flow[Answer]) -> Answer:
        """Do what a flow asks for, until it ends."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    step = flow.send(None)
                    continue
                try:
                    answer = await self.do(step)
                except Exception as error:  # noqa: BLE001  the flow decides what it means
                    step = flow.throw(error)
                else:
                    step = flow.send(answer)
        except StopIteration as ended:
            result: Answer = ended.value
            return result

    async def feature(self, reference: str) -> AsyncFeatureHandle:
        """`project.view.feature`, or that with `@number`. Warns once where it is deprecated."""
        return AsyncFeatureHandle(self, *await self.run(flows.parts(reference)))

    async def watch(self, reference: str) -> AsyncIterator[Operation]:
        """Long work, looked at once a second until it is finished. The first one says how far it is now."""
        latest = await self.operation(reference)
        yield latest
        while not latest.is_finished:
            latest = await self.operation(reference, after=ASK_EVERY)
            yield latest

    async def audit_export(self, to: BinaryIO, form: str = "jsonl", **filters: str | None) -> int:
        """Write the audit log into an open file, part by part; see `Registry.audit_export`."""
        call = calls.audit_export(form, filters)
        try:
            response = await self._client.send(exchange.request_of(call, self.settings), stream=True)
            async with aclosing(response):
                if response.status_code != 200:
                    await response.aread()
                    exchange.understood(call, response, exchange.MOST_TRIES)
                return sum([to.write(part) async for part in response.aiter_bytes()])
        except httpx.TransportError as error:
            raise Unreachable(f"The export broke off: {error or type(error).__name__}. Ask for it again.") from error

    search = _awaited(flows.search)
    check = _awaited(flows.check)
    can = _awaited(flows.can)
    evaluate = _awaited(flows.evaluate)
    can_retire = _awaited(flows.can_retire)
    difference = _awaited(flows.difference)
    register = _awaited(flows.register)
    draft = _awaited(flows.draft)
    publish = _awaited(flows.publish)
    deprecate = _awaited(flows.deprecate)
    deprecate_many = _awaited(flows.deprecate_many)
    deprecations = _awaited(flows.deprecations)
    rights_found = _awaited(flows.rights_found)
    scorecard = _awaited(flows.scorecard)
    attest = _awaited(flows.attest)
    report_run = _awaited(flows.report_run)
    deprecation = _awaited(flows.deprecation)
    acknowledge = _awaited(flows.acknowledge)
    ask_extension = _awaited(flows.ask_extension)
    remind = _awaited(flows.remind)
    retire = _awaited(flows.retire)
    declare = _awaited(flows.declare)
    report_usage = _awaited(flows.report_usage)
    defaults_of = _awaited(flows.defaults_of)
    plan = _awaited(flows.plan)
    apply = _awaited(flows.apply)
    approve = _awaited(flows.approve)
    export = _awaited(flows.export)
    health = _awaited(flows.health)
    feature_health = _awaited(flows.feature_health)
    incidents = _awaited(flows.incidents)
    incident = _awaited(flows.incident)
    acknowledge_incident = _awaited(flows.acknowledge_incident)
    resolve_incident = _awaited(flows.resolve_incident)
    mute_incident = _awaited(flows.mute_incident)
    reassign_incident = _awaited(flows.reassign_incident)
    lineage = _awaited(flows.lineage)
    impact = _awaited(flows.impact)
    events = _awaited(flows.events)
    audit_verification = _awaited(flows.audit_verification)
    connections = _awaited(flows.connections)
    start_parity = _awaited(flows.start_parity)
    parity = _awaited(flows.parity)
    report_evidently = _awaited(flows.report_evidently)
    migration = _awaited(flows.migration)
    pull = _awaited(flows.pull)
    operations = _awaited(flows.operations)
    operation = _awaited(flows.operation)
    request_access = _awaited(flows.request_access)
    take_access = _awaited(flows.take_access)
    access_requests = _awaited(flows.access_requests)
    access_request = _awaited(flows.access_request)
    change_request = _awaited(flows.change_request)
    decide = _awaited(flows.decide)
    take_back = _awaited(flows.take_back)
    withdraw = _awaited(flows.withdraw)
    review_emergency = _awaited(flows.review_emergency)
    comment = _awaited(flows.comment)
    inbox = _awaited(flows.inbox)
    grants = _awaited(flows.grants)
    revoke_grant = _awaited(flows.revoke_grant)
    extend_grant = _awaited(flows.extend_grant)
    purposes = _awaited(flows.purposes)
    me = _awaited(flows.me)
    tokens = _awaited(flows.tokens)
    create_token = _awaited(flows.create_token)
    revoke_token = _awaited(flows.revoke_token)
