// The top of a test's page: its name, its state, which run is shown, and what can be done.

import { useEffect } from 'preact/hooks';

import { links } from '../../api/client';
import type { Results, Test } from '../../api/types';
import { Actions } from '../../components/Actions';
import { Icon } from '../../components/Icon';
import { Progress, StatusBadge } from '../../components/basics';
import { Menu } from '../../components/overlays';
import { clock, duration, moment } from '../../format';
import { go, to } from '../../router';
import { hasRun } from '../../state/actions';
import { progressOf } from '../../state/live';
import { now } from '../../state/now';
import type { Watch } from '../../state/watch';
import { lengthOf, loadOf, targetOf } from '../tests/target';

export function Head({ watch, test, onDeleted }: { watch: Watch; test: Test; onDeleted: () => void }) {
  const { testID } = test;
  const results = watch.results.value;
  const isLatest = watch.asked === null || watch.asked === test.run;
  useEffect(() => {
    // Starting and restarting from an older run leads to the new one.
    if (watch.asked !== null && test.run !== null && hasRun(test.status) && watch.asked === test.run)
      go(to.test(testID));
  }, [watch, test.run, test.status, testID]);
  return (
    <header class="head">
      <div class="head-row">
        <div class="head-name">
          <h1 title={testID}>{testID}</h1>
          <StatusBadge status={isLatest || !results ? test.status : results.status} />
        </div>
        <div class="head-actions">
          <Actions
            test={test}
            onDone={(changed) => {
              watch.take(changed);
              if (watch.asked !== null && hasRun(changed.status)) go(to.test(testID));
            }}
            onDeleted={onDeleted}
            leave={['delete']}
          />
          {watch.run !== null && (
            <Menu
              testId="report"
              label={
                <>
                  Report
                  <Icon name="down" />
                </>
              }
            >
              <Report test={test} run={watch.run} />
            </Menu>
          )}
          <Menu
            testId="more"
            label={
              <>
                <span class="visually-hidden">More</span>
                <span aria-hidden="true">•••</span>
              </>
            }
          >
            <a href={to.new(testID)}>New test like this</a>
            <a href={to.compare(watch.run === null ? undefined : `${testID}:${watch.run}`)}>Compare with another run</a>
            {!hasRun(test.status) && <Delete test={test} onDeleted={onDeleted} />}
          </Menu>
        </div>
      </div>
      <p class="head-what">
        <span>{targetOf(test)}</span>
        <span>{loadOf(test)}</span>
        <span>{lengthOf(test)}</span>
        {test.status === 'Scheduled' && test.schedule && <Countdown at={test.schedule} />}
      </p>
      {watch.run !== null && <RunLine watch={watch} test={test} results={results} isLatest={isLatest} />}
    </header>
  );
}

function Report({ test, run }: { test: Test; run: number }) {
  return (
    <>
      <a
        href={links.report(test.testID, run, 'html')}
        download={`${test.testID}-${run}.html`}
        data-testid="report-html"
      >
        <Icon name="download" />
        HTML, one file
      </a>
      <a
        href={links.report(test.testID, run, 'json')}
        download={`${test.testID}-${run}.json`}
        data-testid="report-json"
      >
        <Icon name="download" />
        JSON
      </a>
      <a href={links.report(test.testID, run, 'csv')} download={`${test.testID}-${run}.csv`} data-testid="report-csv">
        <Icon name="download" />
        CSV
      </a>
    </>
  );
}

function Delete({ test, onDeleted }: { test: Test; onDeleted: () => void }) {
  return (
    <div class="menu-action">
      <Actions
        test={test}
        onDone={() => undefined}
        onDeleted={onDeleted}
        leave={['start', 'restart', 'cancel', 'pause', 'resume']}
      />
    </div>
  );
}

interface RunLineProps {
  watch: Watch;
  test: Test;
  results: Results | null;
  isLatest: boolean;
}

function RunLine({ watch, test, results, isLatest }: RunLineProps) {
  const t = Math.max(results?.activeSeconds ?? 0, watch.series.value?.activeSeconds ?? 0);
  const isGoing = isLatest && hasRun(test.status);
  const left = isGoing && test.status === 'Running' && test.duration ? test.duration - t : null;
  return (
    <div class="run-line">
      <RunChoice watch={watch} test={test} />
      <div class="run-progress" data-testid="progress">
        <Progress
          value={isGoing ? progressOf(test, t) : results ? Math.min(1, progressOf(test, t) ?? 1) : 0}
          label="Progress of the load"
        />
      </div>
      <span class="run-time">
        <b>{clock(t)}</b>
        {test.duration ? ` of ${clock(test.duration)}` : ' under load'}
      </span>
      <span class="run-when">
        {left !== null && left > 0 ? `${duration(left)} left` : results ? between(results, now.value) : ''}
      </span>
    </div>
  );
}

/** `since 14:03:09`, `23 Nov, 14:03 to 14:05`. */
function between({ startedAt, endedAt }: Results, present: number): string {
  if (!endedAt) return `since ${moment(startedAt, present)}`;
  const [begin, end] = [moment(startedAt, present), moment(endedAt, present)];
  const isSameDay = new Date(startedAt).toDateString() === new Date(endedAt).toDateString();
  return `${begin} to ${isSameDay ? (end.split(', ').at(-1) ?? end) : end}`;
}

function RunChoice({ watch, test }: { watch: Watch; test: Test }) {
  const latest = test.run ?? 0;
  const chosen = watch.run ?? latest;
  // The last hundred; older ones are in the list of runs.
  const first = Math.max(1, Math.min(chosen, latest - 99));
  const numbers = Array.from({ length: latest - first + 1 }, (_, at) => latest - at);
  return (
    <label class="run-choice">
      Run
      <select
        class="select"
        value={String(chosen)}
        onChange={(event) =>
          go(
            to.test(test.testID, {
              run: Number(event.currentTarget.value) === latest ? null : Number(event.currentTarget.value),
            }),
          )
        }
      >
        {numbers.map((number) => (
          <option key={number} value={String(number)}>
            {number}
            {number === latest ? ' (latest)' : ''}
            {number === test.baseline ? ' (baseline)' : ''}
          </option>
        ))}
      </select>
    </label>
  );
}

function Countdown({ at }: { at: string }) {
  const left = Math.max(0, (Date.parse(at) - now.value) / 1000);
  return (
    <b class="head-countdown">
      <Icon name="clock" />
      starts in {duration(Math.round(left))}, {moment(at, now.value)}
    </b>
  );
}
