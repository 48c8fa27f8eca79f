// The request that a form means. Fields that are as when left out are left out, so that a spec says only what matters.

import type { TestFields } from '../api/types';
import type { Form, ThresholdForm } from './form';
import { SECONDS_OF, readNumber, readRate, readTarget, readTime } from './form';

/** The body of `create-test` and `validate-test`. */
export function bodyOf(form: Form): TestFields {
  const isSearch = form.shape === 'capacity';
  return drop({
    testID: text(form.testID),
    userID: text(form.userID),
    destination: drop({
      name: text(form.destinationName),
      type: form.type,
      endpoint: text(form.endpoint),
      port: readNumber(form.port),
      apiKey: text(form.apiKey),
      compression: unless(form.compression, 'none'),
    }),
    logRate: rate(form.logRate),
    metricsRate: rate(form.metricsRate),
    traceRate: rate(form.traceRate),
    logSize: unless(readNumber(form.logSize), 256),
    logType: unless(form.logType, 'INFO'),
    entropy: unless(form.entropy, 'realistic'),
    spansPerTrace: readNumber(form.spansPerTrace),
    seed: readNumber(form.seed),
    duration: form.end === 'duration' && !isSearch && !endsByItself(form) ? seconds(form) : undefined,
    count: form.end === 'count' && !isSearch ? readRate(form.count) : undefined,
    openEnded: form.end === 'openEnded' && !isSearch ? true : undefined,
    profile: profileOf(form),
    thresholds: thresholdsOf(form.thresholds),
    batchSize: readNumber(form.batchSize),
    maxBatchBytes: readNumber(form.maxBatchBytes),
    linger: readTime(form.linger),
    maxInFlight: readNumber(form.maxInFlight),
    connections: readNumber(form.connections),
    connectionMaxAge: readTime(form.connectionMaxAge),
    timeout: readTime(form.timeout),
    drain: readTime(form.drain),
    parallelism: readNumber(form.parallelism),
    retry: group({ attempts: readNumber(form.retryAttempts), on: listOf(form.retryOn) }),
    abortOn: group({ failures: readNumber(form.abortFailures), for: readTime(form.abortFor) }),
    capture: captureOf(form),
    verify: group({ sink: text(form.verifySink), wait: readTime(form.verifyWait) }),
    schedule: scheduleOf(form.schedule),
  });
}

/** Stages say themselves when the load ends, unless a duration is written as well. */
function endsByItself({ shape, duration }: Form): boolean {
  return shape === 'stages' && duration.trim() === '';
}

function seconds({ duration, durationUnit }: Form): number | string | undefined {
  const given = readNumber(duration);
  return typeof given === 'number' ? Math.round(given * SECONDS_OF[durationUnit] * 1e6) / 1e6 : given;
}

export function profileOf(form: Form): unknown {
  switch (form.shape) {
    case 'constant':
      return undefined;
    case 'ramp':
      return drop({ type: 'ramp', from: readTarget(form.from), to: readTarget(form.to), over: readTime(form.over) });
    case 'steps':
      return drop({
        type: 'steps',
        from: readTarget(form.from),
        to: readTarget(form.to),
        steps: readNumber(form.steps),
        over: readTime(form.over),
      });
    case 'spike':
      return drop({ type: 'spike', peak: readTarget(form.peak), at: readTime(form.at), for: readTime(form.for) });
    case 'sine':
      return drop({
        type: 'sine',
        low: readTarget(form.low),
        high: readTarget(form.high),
        period: readTime(form.period),
      });
    case 'stages':
      return drop({
        type: 'stages',
        from: readTarget(form.from),
        stages: form.stages.map(({ duration, target }) =>
          drop({ duration: readTime(duration), target: readTarget(target) }),
        ),
      });
    case 'capacity':
      return drop({
        type: 'capacity',
        max: readTarget(form.max),
        hold: readTime(form.hold),
        settle: readTime(form.settle),
        precision: readNumber(form.precision),
        condition: group({ failed: readNumber(form.conditionFailed), p99: readTime(form.conditionP99) }),
      });
    case 'written':
      return jsonOf(form.written);
  }
}

function thresholdsOf(thresholds: readonly ThresholdForm[]): TestFields['thresholds'] {
  const given = thresholds.filter(({ text }) => text.trim() !== '');
  if (given.length === 0) return undefined;
  return given.map(({ text, abortOnFail, after }) => {
    if (!abortOnFail) return text.trim();
    return drop({ threshold: text.trim(), abortOnFail, after: readTime(after) }) as { threshold: string };
  });
}

function captureOf({ capture, capturePerSecond, captureMax }: Form): unknown {
  switch (capture) {
    case 'off':
      return { perSecond: 0 };
    case 'all':
      return drop({ all: true, max: readNumber(captureMax) });
    case 'sampled':
      return group({ perSecond: readNumber(capturePerSecond), max: readNumber(captureMax) });
  }
}

/** The parts of a list that is written with commas. */
function listOf(written: string): string[] | undefined {
  const parts = written.split(',').map((part) => part.trim());
  return parts.every((part) => part === '') ? undefined : parts.filter((part) => part !== '');
}

/** The moment, in UTC, that a date and time of this place is; what is none stays as it is. */
function scheduleOf(local: string): string | undefined {
  if (local.trim() === '') return undefined;
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}

/** What cannot be read goes to the server as it is, which says what it should have been. */
function jsonOf(written: string): unknown {
  if (written.trim() === '') return undefined;
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return written;
  }
}

function rate(written: string): number | string | undefined {
  return unless(readRate(written), 0);
}

function text(written: string): string | undefined {
  return written.trim() === '' ? undefined : written.trim();
}

function unless<T>(value: T, usual: T): T | undefined {
  return value === usual ? undefined : value;
}

/** An object, if anything of it is given. */
function group(fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const given = drop(fields);
  return Object.keys(given).length === 0 ? undefined : given;
}

function drop(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
