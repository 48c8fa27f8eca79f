// What is there when the mock starts: something of everything that a page has to show.

import type { World } from './world';

const MINUTE = 60_000;

export function furnish(world: World, now: number): void {
  const sink = { type: 'otlp-http', endpoint: 'http://127.0.0.1:4318' };

  for (const [at, [testID, name, duration, ended]] of (
    [
      ['nightly-collector', 'collector', 300, 540],
      ['loki-3x-volume', 'loki', 600, 1_500],
      ['gateway-canary', 'flaky gateway', 240, 120],
      ['vendor-plan-sizing', 'slow vendor', 420, 2_900],
      ['traces-only', 'tempo', 90, 4_400],
      ['release-2026.11', 'collector', 120, 8_800],
    ] as const
  ).entries()) {
    const body = {
      testID,
      userID: at % 2 ? 'platform' : 'anna',
      destination: { ...sink, name },
      logRate: testID === 'traces-only' ? 0 : 500 * (at + 1),
      metricsRate: testID === 'traces-only' ? 0 : 1000 * (at + 1),
      traceRate: 200,
      duration,
      thresholds: ['failed.rate < 0.001', 'logs.responseTime.p99 < 250ms', 'missed == 0'],
      ...(testID === 'gateway-canary' ? { verify: { sink: sink.endpoint } } : {}),
    };
    world.create(body, now - ended * MINUTE - 3 * duration * 1000);
    for (let run = 0; run < (at < 3 ? 3 : 1); run += 1)
      pass(world, testID, now - ended * MINUTE - (2 - run) * duration * 1000, duration);
  }
  world.change('nightly-collector', { baseline: 1 }, now - 500 * MINUTE);

  world.create(
    {
      testID: 'gone-wrong',
      destination: { ...sink, name: 'down' },
      logRate: 1000,
      duration: 600,
      abortOn: { failures: 0.5, for: 10 },
    },
    now - 80 * MINUTE,
  );
  pass(world, 'gone-wrong', now - 78 * MINUTE, 14);
  world.end('gone-wrong', 'Failed', now - 77 * MINUTE, 'half of the answered records failed for 10 s');
  world.create({ testID: 'called-off', destination: sink, metricsRate: 50_000, duration: 3600 }, now - 60 * MINUTE);
  pass(world, 'called-off', now - 58 * MINUTE, 200);
  world.end('called-off', 'Cancelled', now - 54 * MINUTE);

  world.create(
    {
      testID: 'soak-weekend',
      userID: 'platform',
      destination: { ...sink, name: 'collector' },
      logRate: 1000,
      metricsRate: 2000,
      traceRate: 200,
      duration: 172_800,
    },
    now - 9 * MINUTE,
  );
  world.change(
    'soak-weekend',
    { status: 'Scheduled', schedule: new Date(now + 134 * MINUTE).toISOString() },
    now - 8 * MINUTE,
  );
  world.create(
    {
      testID: 'before-release',
      destination: sink,
      logRate: 20_000,
      duration: 900,
      schedule: new Date(now + 52_000).toISOString(),
    },
    now - 5 * MINUTE,
  );
  world.create(
    {
      testID: 'draft-of-friday',
      destination: { ...sink, name: 'collector' },
      logRate: 750,
      traceRate: 75,
      duration: 60,
    },
    now - 31 * MINUTE,
  );

  world.create(
    {
      testID: 'checkout-pipeline',
      userID: 'anna',
      destination: { ...sink, name: 'collector' },
      logRate: 5000,
      metricsRate: 12_000,
      traceRate: 800,
      duration: 600,
      profile: { type: 'sine', low: '40%', high: '100%', period: 90 },
      thresholds: ['failed.rate < 0.001', 'logs.responseTime.p99 < 250ms', 'missed == 0'],
    },
    now - 6 * MINUTE,
  );
  begin(world, 'checkout-pipeline', now, 214, [
    [60, 'changed', 'logs 4000/s to 5000/s'],
    [130, 'paused', null],
    [130, 'resumed', null],
  ]);
  world.create(
    {
      testID: 'edge-gateway',
      destination: { ...sink, name: 'flaky gateway' },
      logRate: 1500,
      traceRate: 120,
      duration: 1800,
      thresholds: ['failed.rate < 0.001', 'responseTime.p99 < 500ms', 'missed == 0'],
      verify: { sink: sink.endpoint },
    },
    now - 12 * MINUTE,
  );
  begin(world, 'edge-gateway', now, 640, [[71, 'thresholdBreached', 'failed.rate < 0.001 was 0.0021']]);
  world.create(
    {
      testID: 'open-ended',
      destination: { ...sink, name: 'slow vendor' },
      logRate: 40,
      openEnded: true,
      duration: null,
    },
    now - 4 * MINUTE,
  );
  begin(world, 'open-ended', now, 95, []);
  world.mark('open-ended', 'paused', now - 20_000);
  world.change('open-ended', { status: 'Paused' }, now - 20_000);
}

/** A run that is over. */
function pass(world: World, testID: string, from: number, seconds: number): void {
  let test = world.start(testID, from);
  for (let second = 1; second <= seconds; second += 1) {
    world.second(test, from + second * 1000);
    test = world.tests.get(testID) ?? test;
    if (test.status !== 'Running') return;
  }
  if (test.duration === seconds) world.end(testID, 'Completed', from + seconds * 1000);
}

/** A run that goes on. */
function begin(
  world: World,
  testID: string,
  now: number,
  seconds: number,
  marks: readonly (readonly [number, string, string | null])[],
): void {
  const from = now - seconds * 1000;
  const test = world.start(testID, from);
  for (let second = 1; second <= seconds; second += 1) {
    world.second(test, from + second * 1000);
    for (const [at, event, detail] of marks) if (at === second) world.mark(testID, event, from + second * 1000, detail);
  }
}
