// The mock's tests and runs, and a clock that lets a second of each pass.

import type { Delivery, LivePoint, Mark, Point, Results, Sample, Series, Signal, Test } from '../src/api/types';
import { RATE_FIELDS, SIGNALS } from '../src/api/types';
import { areaOf, curveOf, lengthOf } from '../src/spec/curve';
import type { Temper } from './lanes';
import { laneOf, random, secondOf, together } from './lanes';
import { recordOf } from './records';
import { judge } from './thresholds';

export interface Run {
  runID: string;
  run: number;
  startedAt: number;
  endedAt: number | null;
  status: string;
  reason?: string;
  points: Point[];
  timeline: Mark[];
  samples: Sample[];
  /** What each lane owes below a whole record. */
  owed: Record<string, number>;
  seq: Record<string, number>;
}

export type Event =
  { event: 'state'; data: Test } | { event: 'point'; data: LivePoint } | { event: 'deleted'; data: { testID: string } };

export class World {
  readonly tests = new Map<string, Test>();
  readonly runs = new Map<string, Run[]>();
  readonly #listeners = new Set<(event: Event, testID: string) => void>();
  readonly #chance = random(7);
  #made = 0;

  listen(listener: (event: Event, testID: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  create(body: Record<string, unknown>, now: number): Test {
    const { destination, testID, userID, schedule, ...rest } = body;
    const at = new Date(now).toISOString();
    const test = {
      logType: 'INFO',
      logRate: 0,
      logSize: 256,
      metricsRate: 0,
      traceRate: 0,
      duration: lengthOf(rest.profile) ?? null,
      ...rest,
      testID: testID ?? this.#id(),
      userID: userID ?? 'anonymous',
      status: schedule === undefined ? 'Pending' : 'Scheduled',
      destination: { name: null, type: 'http', port: null, apiKey: null, ...(destination as object) },
      schedule: schedule ?? null,
      createdAt: at,
      updatedAt: at,
      startedAt: null,
      completedAt: null,
      run: null,
      version: 1,
    } as unknown as Test;
    if (test.destination.apiKey) test.destination.apiKey = '********';
    return this.#keep(test);
  }

  change(testID: string, patch: Partial<Test>, now = Date.now()): Test {
    const test = this.tests.get(testID);
    if (!test) throw new Error(`no test ${testID}`);
    return this.#keep({ ...test, ...patch, updatedAt: new Date(now).toISOString(), version: test.version + 1 });
  }

  start(testID: string, now: number): Test {
    const runs = this.runs.get(testID) ?? [];
    const run: Run = {
      runID: this.#id(),
      run: runs.length + 1,
      startedAt: now,
      endedAt: null,
      status: 'Running',
      points: [],
      timeline: [],
      samples: [],
      owed: {},
      seq: {},
    };
    this.runs.set(testID, [...runs, run]);
    this.mark(testID, 'started', now);
    return this.change(
      testID,
      { status: 'Running', run: run.run, startedAt: new Date(now).toISOString(), completedAt: null, schedule: null },
      now,
    );
  }

  end(testID: string, status: string, now: number, reason?: string): Test {
    const run = this.latest(testID);
    if (run) {
      this.mark(testID, status.toLowerCase(), now, reason);
      Object.assign(run, { endedAt: now, status, ...(reason === undefined ? {} : { reason }) });
    }
    return this.change(testID, { status, completedAt: new Date(now).toISOString(), schedule: null }, now);
  }

  remove(testID: string): void {
    this.tests.delete(testID);
    this.runs.delete(testID);
    this.#tell({ event: 'deleted', data: { testID } }, testID);
  }

  latest(testID: string): Run | undefined {
    return this.runs.get(testID)?.at(-1);
  }

  mark(testID: string, event: string, now: number, detail: string | null = null): void {
    const run = this.latest(testID);
    run?.timeline.push({ event, at: new Date(now).toISOString(), t: run.points.at(-1)?.t ?? 0, detail });
  }

  /** Lets a second of every running test pass. */
  tick(now: number): void {
    for (const test of this.tests.values()) {
      if (test.status === 'Scheduled' && test.schedule && Date.parse(test.schedule) <= now)
        this.start(test.testID, now);
      else if (test.status === 'Running') this.second(test, now);
    }
  }

  second(test: Test, now: number): void {
    const run = this.latest(test.testID);
    if (!run) return;
    const before = run.points.at(-1)?.t ?? 0;
    const t = Math.min(before + 1, test.duration ?? Infinity);
    const lanes: Point['lanes'] = {};
    for (const signal of SIGNALS) {
      const rate = test[RATE_FIELDS[signal]];
      if (!(rate > 0)) continue;
      const wanted = this.#area(test, rate, before, t) + (run.owed[signal] ?? 0);
      const due = Math.floor(wanted);
      run.owed[signal] = wanted - due;
      lanes[signal] = secondOf(due, t - before, t, temperOf(test), this.#chance);
      this.#sample(run, signal, test, due, now);
    }
    const point: Point = { t, at: new Date(now).toISOString(), lanes };
    const marks = run.timeline.filter((mark) => mark.t === before && Date.parse(mark.at) > now - 1500);
    run.points.push(point);
    this.#tell(
      {
        event: 'point',
        data: { ...point, testID: test.testID, runID: run.runID, run: run.run, seconds: t - before, marks },
      },
      test.testID,
    );
    if (t >= (test.duration ?? Infinity)) this.end(test.testID, 'Completed', now);
  }

  results(test: Test, run: Run): Results {
    const seconds = run.points.at(-1)?.t ?? 0;
    const lanes =
      run.points.length === 0
        ? {}
        : Object.fromEntries(
            Object.keys(run.points[0]?.lanes ?? {}).map((signal) => [
              signal,
              laneOf(
                run.points.flatMap((point) => point.lanes[signal] ?? []),
                seconds,
              ),
            ]),
          );
    const missed = Object.values(lanes).reduce((sum, lane) => sum + lane.missed, 0);
    const verify = test.verify;
    const delivery = verify ? deliveryOf(verify.sink, lanes, run.endedAt !== null) : null;
    const thresholds = (test.thresholds ?? []).map((threshold) =>
      judge(typeof threshold === 'string' ? threshold : threshold.threshold, { lanes, delivery }),
    );
    const broken = thresholds.filter(({ ok }) => !ok);
    const verdict = missed > 0 ? 'destination-limited' : 'valid';
    const passed = thresholds.length === 0 ? 'no thresholds were set' : 'every threshold held';
    const reason =
      broken.length > 0 ? `${broken.length} of ${thresholds.length} thresholds did not hold` : (run.reason ?? passed);
    const result =
      run.endedAt === null ? 'running' : broken.length > 0 || run.status === 'Failed' ? 'failed' : 'passed';
    return {
      testID: test.testID,
      runID: run.runID,
      run: run.run,
      status: run.endedAt === null ? test.status : run.status,
      startedAt: new Date(run.startedAt).toISOString(),
      endedAt: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
      activeSeconds: seconds,
      verdict,
      generator: { headroom: 0.86, late: 0, dropped: 0 },
      lanes,
      conclusion: {
        result,
        reason: result === 'running' ? (broken.length > 0 ? reason : 'every threshold holds so far') : reason,
      },
      thresholds,
      delivery,
    };
  }

  series(test: Test, run: Run, from: number, to: number, step: number | null): Series {
    const chosen = run.points.filter(({ t }) => t > from && t <= to);
    const width = step ?? Math.max(1, Math.ceil(chosen.length / 500));
    const points: Point[] = [];
    for (let at = 0; at < chosen.length; at += width) {
      const some = chosen.slice(at, at + width);
      const last = some.at(-1);
      if (last)
        points.push({
          ...last,
          lanes: Object.fromEntries(
            Object.keys(last.lanes).map((signal) => [
              signal,
              together(
                some.flatMap((point) => point.lanes[signal] ?? []),
                some.length,
              ),
            ]),
          ),
        });
    }
    return {
      testID: test.testID,
      runID: run.runID,
      run: run.run,
      step: width,
      activeSeconds: run.points.at(-1)?.t ?? 0,
      points,
      timeline: run.timeline,
    };
  }

  #area(test: Test, rate: number, from: number, to: number): number {
    const profile = test.profile as Record<string, unknown> | undefined;
    const load = test.duration ?? 86_400;
    const curve = curveOf(profile?.type === 'capacity' ? undefined : profile, rate, load);
    const upTo = (t: number) =>
      t <= 0
        ? 0
        : areaOf(
            (curve ?? [{ t: 0, rate }])
              .filter((corner) => corner.t < t)
              .concat({ t, rate: rateAt(curve ?? [], t, rate) }),
          );
    return upTo(to) - upTo(from);
  }

  #sample(run: Run, signal: Signal, test: Test, due: number, now: number): void {
    const first = run.seq[signal] ?? 0;
    run.seq[signal] = first + due;
    for (let at = 0; at < Math.min(due, 2) && run.samples.length < 3000; at += 1) {
      run.samples.push(
        recordOf(signal, test, run.runID, first + Math.floor((at * due) / 2), now - 1000 + at * 500, this.#chance),
      );
    }
  }

  #keep(test: Test): Test {
    this.tests.set(test.testID, test);
    this.#tell({ event: 'state', data: test }, test.testID);
    return test;
  }

  #tell(event: Event, testID: string): void {
    for (const listener of this.#listeners) listener(event, testID);
  }

  #id(): string {
    this.#made += 1;
    return `01a21${this.#made.toString(16).padStart(3, '0')}-3b6e-71c0-899e-${Math.floor(this.#chance() * 2 ** 44)
      .toString(16)
      .padStart(12, '0')}`;
  }
}

export function temperOf(test: Test): Temper {
  const name = test.destination.name ?? '';
  return name.includes('flaky') ? 'flaky' : name.includes('slow') ? 'slow' : 'healthy';
}

function rateAt(curve: readonly { t: number; rate: number }[], t: number, rate: number): number {
  const next = curve.findIndex((corner) => corner.t >= t);
  const [a, b] = [curve[next - 1], curve[next]];
  if (!b) return curve.at(-1)?.rate ?? rate;
  return a && b.t > a.t ? a.rate + ((b.rate - a.rate) * (t - a.t)) / (b.t - a.t) : b.rate;
}

function deliveryOf(sink: string, lanes: Results['lanes'], settled: boolean): Delivery {
  const arrived = Object.entries(lanes).map(([signal, lane]) => {
    const lost = signal === 'logs' && settled && lane.failed > 0 ? 12 : 0;
    const unique = lane.acked - lost;
    return [
      signal,
      {
        received: unique + 3,
        unique,
        duplicates: 3,
        reordered: 0,
        lost,
        lostAtMost: lost,
        lostAtTail: 0,
        endToEnd: { count: unique, p50: 12, p90: 18, p99: 40, max: 71 },
      },
    ] as const;
  });
  return {
    sink,
    at: new Date().toISOString(),
    settled,
    fault: null,
    lost: arrived.reduce((sum, [, lane]) => sum + lane.lost, 0),
    endToEnd: { count: 1, p50: 12, p90: 18, p99: 40, max: 71 },
    lanes: Object.fromEntries(arrived),
  };
}
