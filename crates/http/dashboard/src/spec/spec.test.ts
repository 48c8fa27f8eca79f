// From the form to a request and back, and to a spec file.

import { describe, expect, test } from 'vitest';

import { faultsOf } from '../../mock/validate';
import type { Test } from '../api/types';
import { bodyOf } from './body';
import { curlOf, specOf } from './commands';
import { fieldsOf, formOf } from './copy';
import type { Form } from './form';
import { EMPTY, readNumber, readRate, readTarget, secondsOf } from './form';
import { PRESETS, applyPreset } from './presets';
import { scalar, yamlOf } from './yaml';

const body = (patch: Partial<Form>) => bodyOf({ ...EMPTY, ...patch });

test.each([
  ['500', 500],
  ['1,500', 1500],
  ['10k', 10_000],
  ['1.5M', 1_500_000],
  [' 7 ', 7],
  ['', undefined],
  ['max', 'max'],
  ['12x', '12x'],
  ['-5', '-5'],
])('a rate written as "%s" is sent as %j', (text, rate) => expect(readRate(text)).toBe(rate));

test.each([
  ['0.25', 0.25],
  ['10_000', 10_000],
  ['abc', 'abc'],
  ['', undefined],
])('a number written as "%s" is sent as %j', (text, number) => expect(readNumber(text)).toBe(number));

test('a target is a rate or a part', () => {
  expect([readTarget('50 %'), readTarget('2k'), readTarget('')]).toEqual(['50%', 2000, undefined]);
});

test.each([
  ['10', 10],
  ['250ms', 0.25],
  ['1.5s', 1.5],
  ['5m', 300],
  ['2 h', 7200],
  ['5 parsecs', null],
])('"%s" lasts %j seconds', (text, seconds) => expect(secondsOf(text)).toBe(seconds));

describe('a body', () => {
  test('says only what is not as when left out', () => {
    expect(body({})).toEqual({
      destination: { type: 'otlp-http', endpoint: 'http://127.0.0.1:4318' },
      logRate: 500,
      metricsRate: 1000,
      traceRate: 200,
      duration: 30,
    });
  });

  test('has the duration in seconds, whatever its unit', () => {
    expect(body({ duration: '1.5', durationUnit: 'h' }).duration).toBe(5400);
    expect(body({ duration: 'long' }).duration).toBe('long');
  });

  test('ends by one thing only', () => {
    expect(body({ end: 'count', count: '10k' })).toMatchObject({ count: 10_000 });
    expect(body({ end: 'count' })).not.toHaveProperty('duration');
    expect(body({ end: 'openEnded' })).toMatchObject({ openEnded: true });
    expect(body({ shape: 'capacity' })).not.toHaveProperty('duration');
    expect(body({ shape: 'stages', duration: '' })).not.toHaveProperty('duration');
  });

  test('has thresholds as texts, or as objects that end the run', () => {
    const thresholds = [
      { text: ' missed == 0 ', abortOnFail: false, after: '' },
      { text: '', abortOnFail: false, after: '' },
      { text: 'failed.rate < 0.1', abortOnFail: true, after: '10s' },
    ];
    expect(body({ thresholds }).thresholds).toEqual([
      'missed == 0',
      { threshold: 'failed.rate < 0.1', abortOnFail: true, after: '10s' },
    ]);
  });

  test('keeps what cannot be read, for the server to refuse in its words', () => {
    expect(body({ logRate: '12x', shape: 'written', written: '{oops' })).toMatchObject({
      logRate: '12x',
      profile: '{oops',
    });
  });

  test('has what is kept of records, and where delivery is verified', () => {
    expect(body({ capture: 'off' })).toMatchObject({ capture: { perSecond: 0 } });
    expect(body({ capture: 'all', captureMax: '500' })).toMatchObject({ capture: { all: true, max: 500 } });
    expect(body({ verifySink: 'http://sink' })).toMatchObject({ verify: { sink: 'http://sink' } });
  });
});

describe('presets', () => {
  test.each(PRESETS.map((preset) => [preset.name, preset] as const))('%s is a whole test', (_name, preset) => {
    expect(faultsOf({ ...bodyOf(applyPreset(preset, EMPTY)) }, () => false)).toEqual([]);
  });

  test('leave alone where the load goes and how the test is called', () => {
    const [, second] = PRESETS;
    const form = { ...EMPTY, endpoint: 'http://mine', testID: 'mine' };
    expect(second && applyPreset(second, form)).toMatchObject({
      endpoint: 'http://mine',
      testID: 'mine',
      duration: '10',
    });
  });
});

describe('a copy of a test', () => {
  const answered = {
    testID: 'first',
    userID: 'anna',
    status: 'Completed',
    logType: 'WARN',
    logRate: 500,
    logSize: 50,
    metricsRate: 0,
    traceRate: 'max',
    duration: 7200,
    schedule: null,
    createdAt: '',
    updatedAt: '',
    startedAt: null,
    completedAt: null,
    run: 1,
    version: 3,
    destination: {
      name: 'lab',
      type: 'http',
      endpoint: 'http://lab',
      port: 81,
      apiKey: '********',
      compression: 'zstd',
    },
    linger: 0.25,
    timeout: 3,
    retry: { attempts: 3, on: ['429'] },
    abortOn: { failures: 0.5, for: 10 },
    parallelism: 2,
    entropy: 'high',
    thresholds: ['missed == 0', { threshold: 'loss == 0', abortOnFail: true, after: 10 }],
    verify: { sink: 'http://sink', wait: 5 },
    profile: {
      type: 'stages',
      from: 0,
      stages: [
        { duration: 5, target: '50%' },
        { duration: 0, target: 300 },
      ],
    },
  } as unknown as Test;

  test('is the same test again, but for its name, its key and its time', () => {
    expect(bodyOf(formOf(answered))).toEqual({
      userID: 'anna',
      logType: 'WARN',
      logRate: 500,
      logSize: 50,
      traceRate: 'max',
      duration: 7200,
      destination: { name: 'lab', type: 'http', endpoint: 'http://lab', port: 81, compression: 'zstd' },
      linger: '250ms',
      timeout: '3s',
      retry: { attempts: 3, on: ['429'] },
      abortOn: { failures: 0.5, for: '10s' },
      parallelism: 2,
      entropy: 'high',
      thresholds: ['missed == 0', { threshold: 'loss == 0', abortOnFail: true, after: '10s' }],
      verify: { sink: 'http://sink', wait: '5s' },
      profile: {
        type: 'stages',
        from: 0,
        stages: [
          { duration: '5s', target: '50%' },
          { duration: '0s', target: 300 },
        ],
      },
    });
  });

  test('as a spec says what was stored, without what only answers have', () => {
    expect(fieldsOf(answered)).toMatchObject({ testID: 'first', retry: { attempts: 3, on: ['429'] }, linger: 0.25 });
    for (const name of ['status', 'version', 'schedule', 'metricsRate'])
      expect(fieldsOf(answered)).not.toHaveProperty(name);
    expect(fieldsOf(answered).destination).not.toHaveProperty('apiKey');
  });

  test('shows a duration in its largest unit', () => {
    expect(formOf(answered)).toMatchObject({ duration: '2', durationUnit: 'h' });
  });

  test('keeps a profile for which there are no fields as it is', () => {
    const profile = { logs: { type: 'ramp' }, traces: { type: 'sine', period: 3 } };
    expect(bodyOf(formOf({ ...answered, profile })).profile).toEqual(profile);
  });

  test('keeps a search for the capacity', () => {
    const profile = {
      type: 'capacity',
      max: '10000%',
      hold: 5,
      settle: 1,
      precision: 0.05,
      condition: { failed: 0, p99: 0.25 },
    };
    expect(bodyOf(formOf({ ...answered, profile })).profile).toEqual({
      ...profile,
      hold: '5s',
      settle: '1s',
      condition: { failed: 0, p99: '250ms' },
    });
  });
});

describe('other means', () => {
  test('YAML is plain where it can be, and quoted where it would be something else', () => {
    expect(
      ['plain', 'two words', 'otlp-http', '50%', '250ms', 'yes', 'null', '10', 'a: b', "it's", ''].map(scalar),
    ).toEqual([
      'plain',
      'two words',
      'otlp-http',
      '"50%"',
      '"250ms"',
      '"yes"',
      '"null"',
      '"10"',
      '"a: b"',
      '"it\'s"',
      '""',
    ]);
    expect(
      yamlOf({ logRate: 5, profile: { type: 'ramp', to: '50%' }, on: [{ a: 1 }, 'x y'], none: undefined, empty: [] }),
    ).toBe(
      [
        'logRate: 5',
        'profile:',
        '  type: ramp',
        '  to: "50%"',
        '"on":',
        '  - { a: 1 }',
        '  - x y',
        'empty: []',
        '',
      ].join('\n'),
    );
  });

  test('curl starts the test, and a shell reads the body as one word', () => {
    const command = curlOf({ ...body({}), userID: "o'hara" }, 'http://host');
    expect(command).toContain("curl 'http://host/start-test' \\");
    expect(command).toContain(`"userID": "o'\\''hara"`);
    expect(curlOf(body({ schedule: '2030-01-01T10:00' }), '')).toContain('/create-test');
  });

  test('no key leaves the form', () => {
    const fields = body({ apiKey: 'top-secret' });
    expect(fields.destination).toMatchObject({ apiKey: 'top-secret' });
    expect(curlOf(fields, '') + specOf(fields)).not.toContain('top-secret');
  });
});
