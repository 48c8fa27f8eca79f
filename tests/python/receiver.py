"""Receives what MoniFlux sends and reads it with someone else's decoder: the OpenTelemetry project's own types.

`POST` takes OTLP over HTTP (protobuf, plain or gzip) on paths that end in /v1/logs, /v1/metrics and /v1/traces, and the
JSON arrays of the `http` type on any other. `GET /read` answers what was read and everything that is not as the OTLP
specification or the API's description says. With `--reject N` every OTLP answer is a partial success that counts N records as
rejected. Prints one line with its address, and serves until it is killed.
"""

import gzip
import json
import re
import sys
import threading
from argparse import ArgumentParser
from collections import Counter, defaultdict
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

FAULTS_SHOWN = 5


class Book:
    """What was read so far. Guarded by one lock; the load of the tests is small."""

    def __init__(self):
        self.lock = threading.Lock()
        self.records = Counter()
        self.keys = defaultdict(set)
        self.sizes = Counter()
        self.points = Counter()
        self.series = defaultdict(list)
        self.faults = defaultdict(list)
        self.authorizations = set()

    def fault(self, sort, detail):
        if len(self.faults[sort]) < FAULTS_SHOWN:
            self.faults[sort].append(f"{sort}: {detail}")

    def check(self, holds, sort, detail):
        if not holds:
            self.fault(sort, detail)

    def answer(self):
        self.check_series()
        return {
            "records": self.records,
            "unique": {signal: len(keys) for signal, keys in self.keys.items()},
            "sizes": self.sizes,
            "points": self.points,
            "faults": [fault for faults in self.faults.values() for fault in faults],
            "authorizations": sorted(self.authorizations),
        }

    def check_series(self):
        """A cumulative sum never goes back. Requests overtake each other, so the points are put in order first."""
        for series, points in self.series.items():
            points.sort()
            for (time, before), (later, after) in zip(points, points[1:]):
                self.check(before <= after, "a monotonic sum went back", f"{series} from {before} to {after}")
                self.check(time < later, "two points of a series at one time", f"{series} at {time}")

    # OTLP

    def logs(self, body):
        for resource, scope, entry in walk(ExportLogsServiceRequest, body, "resource_logs", "scope_logs", "log_records"):
            self.records["logs"] += 1
            self.check_origin(resource, scope)
            message = entry.body.string_value
            self.sizes[len(message.encode())] += 1
            self.check_message(message)
            self.check(entry.severity_number > 0 and entry.severity_text, "a log without severity", entry)
            self.check_time(entry.time_unix_nano)
            self.keys["logs"].add((*origin(resource), plain(entry.attributes)["moniflux.seq"]))

    def metrics(self, body):
        for resource, scope, metric in walk(
            ExportMetricsServiceRequest, body, "resource_metrics", "scope_metrics", "metrics"
        ):
            self.check_origin(resource, scope)
            self.check(metric.name, "a metric without a name", metric)
            kind = metric.WhichOneof("data")
            if kind == "sum":
                sum_ = metric.sum
                self.check(sum_.is_monotonic, "a sum that is not monotonic", metric.name)
                cumulative = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
                self.check(sum_.aggregation_temporality == cumulative, "a sum that is not cumulative", metric.name)
            elif kind != "gauge":
                self.fault("neither gauge nor sum", kind)
                continue
            for point in getattr(metric, kind).data_points:
                self.records["metrics"] += 1
                self.points[kind] += 1
                self.check_time(point.time_unix_nano)
                value_kind = point.WhichOneof("value")
                self.check(value_kind, "a point without a value", metric.name)
                value = getattr(point, value_kind) if value_kind else None
                series = (
                    *origin(resource),
                    metric.name,
                    json.dumps(plain(point.attributes), sort_keys=True),
                )
                self.keys["metrics"].add((*series, point.time_unix_nano, value))
                if kind == "sum":
                    self.check(
                        0 < point.start_time_unix_nano <= point.time_unix_nano,
                        "a sum without a start, or one after its time",
                        metric.name,
                    )
                    self.series[(*series, point.start_time_unix_nano)].append((point.time_unix_nano, value))

    def traces(self, body):
        traces = set()
        for resource, scope, span in walk(ExportTraceServiceRequest, body, "resource_spans", "scope_spans", "spans"):
            self.check_origin(resource, scope)
            self.check(len(span.trace_id) == 16 and any(span.trace_id), "a bad trace id", span.trace_id.hex())
            self.check(len(span.span_id) == 8 and any(span.span_id), "a bad span id", span.span_id.hex())
            self.check(len(span.parent_span_id) in (0, 8), "a bad parent id", span.parent_span_id.hex())
            self.check(span.name, "a span without a name", span)
            self.check_time(span.start_time_unix_nano)
            self.check(span.start_time_unix_nano <= span.end_time_unix_nano, "a span that ends first", span.name)
            traces.add((*origin(resource), span.trace_id))
        self.records["traces"] += len(traces)
        self.keys["traces"].update(traces)

    # JSON

    def json(self, signal, body):
        fields = FIELDS.get(signal)
        if fields is None:
            self.fault("a request without its signal", signal)
            return
        for record in json.loads(body):
            self.records[signal] += 1
            self.check(set(record) == fields, "other fields than documented", sorted(record))
            self.keys[signal].add((record.get("testID"), record.get("runID"), record.get("seq")))
            time = datetime.fromisoformat(record["timestamp"])
            self.check_time(int(time.timestamp() * 1e9))
            if signal == "logs":
                self.sizes[len(record["message"].encode())] += 1
                self.check_message(record["message"])
                self.check(record["level"] in LEVELS, "an unknown level", record["level"])
            elif signal == "metrics":
                self.check(isinstance(record["value"], (int, float)), "a value that is no number", record["value"])
                self.check(record["name"], "a metric without a name", record)
            else:
                self.check(re.fullmatch("[0-9a-f]{32}", record["traceID"]), "a bad trace id", record["traceID"])
                self.check(re.fullmatch("[0-9a-f]{16}", record["spanID"]), "a bad span id", record["spanID"])
                self.check(record["duration"] >= 0, "a duration below zero", record["duration"])

    # What all have in common

    def check_origin(self, resource, scope):
        self.check(plain(resource.attributes).get("service.name"), "a resource without service.name", resource)
        self.check(scope.name, "a scope without a name", scope)

    def check_time(self, nanos):
        age = datetime.now(timezone.utc).timestamp() - nanos / 1e9
        self.check(-1 < age < 60, "a time that is not fresh", f"{age:.3f} s ago")

    def check_message(self, message):
        self.check(message.isprintable(), "a message that does not print", message[:80])
        self.check(re.search("[A-Za-z]{3}", message), "a message without a word", message[:80])


LEVELS = {"DEBUG", "INFO", "WARN", "ERROR"}
COMMON = {"testID", "runID", "seq", "timestamp"}
FIELDS = {
    "logs": COMMON | {"level", "message"},
    "metrics": COMMON | {"name", "value"},
    "traces": COMMON | {"traceID", "spanID", "operation", "duration"},
}


def walk(kind, body, *levels):
    """Every (resource, scope, entry) of a request."""
    resources, scopes, entries = levels
    request = kind.FromString(body)
    for of_resource in getattr(request, resources):
        for of_scope in getattr(of_resource, scopes):
            for entry in getattr(of_scope, entries):
                yield of_resource.resource, of_scope.scope, entry


def plain(attributes):
    """Attributes as a dictionary."""
    return {entry.key: getattr(entry.value, entry.value.WhichOneof("value") or "string_value") for entry in attributes}


def origin(resource):
    """Whose records they are. Without these names the body counts as one that cannot be read."""
    attributes = plain(resource.attributes)
    return attributes["moniflux.test.id"], attributes["moniflux.run.id"], attributes["moniflux.share"]


OTLP = {
    "/v1/logs": (Book.logs, ExportLogsServiceResponse, "rejected_log_records"),
    "/v1/metrics": (Book.metrics, ExportMetricsServiceResponse, "rejected_data_points"),
    "/v1/traces": (Book.traces, ExportTraceServiceResponse, "rejected_spans"),
}

book = Book()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with book.lock:
            self.reply(200, "application/json", json.dumps(book.answer()).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        with book.lock:
            book.authorizations.add(self.headers.get("authorization", ""))
            for path, (read, kind, rejected) in OTLP.items():
                if self.path.endswith(path):
                    media = self.headers.get("content-type")
                    book.check(media == "application/x-protobuf", "a wrong content type", media)
                    self.read(lambda: read(book, body))
                    response = kind()
                    if self.server.reject:
                        setattr(response.partial_success, rejected, self.server.reject)
                    return self.reply(200, "application/x-protobuf", response.SerializeToString())
            media = self.headers.get("content-type")
            book.check(media == "application/json", "a wrong content type", media)
            self.read(lambda: book.json(self.headers.get("x-moniflux-signal"), body))
            return self.reply(200, "application/json", b"{}")

    def read(self, reading):
        try:
            reading()
        except Exception as error:  # noqa: BLE001: whatever it is, the sender's body led to it
            book.fault("a body that cannot be read", repr(error))

    def reply(self, status, media, body):
        self.send_response(status)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    arguments = ArgumentParser()
    arguments.add_argument("--reject", type=int, default=0)
    server = Server(("127.0.0.1", 0), Handler)
    server.reject = arguments.parse_args().reject
    print(f"receiver listens on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
