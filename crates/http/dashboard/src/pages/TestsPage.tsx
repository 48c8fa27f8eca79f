// Every test: what runs now, what waits for its time, what is ready, and what was.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import './tests.css';

import { Icon } from '../components/Icon';
import { Empty, Failure, Skeleton } from '../components/basics';
import { to } from '../router';
import { useTitle } from '../state/shown';
import { failure, overview, readAgain, readAll, reading, round, tests } from '../state/tests';
import { History } from './tests/History';
import { RunningCard } from './tests/RunningCard';
import { WaitingRow } from './tests/WaitingRow';

/** More cards than this are not drawn until asked for. */
const MOST_CARDS = 24;

export function TestsPage() {
  useTitle('Tests');
  const rounds = round.value;

  useEffect(() => {
    const abort = new AbortController();
    void readAll(abort.signal);
    return () => abort.abort();
  }, [rounds]);
  const { running, scheduled, ready, finished } = overview.value;
  const all = useSignal(false);
  const isReading = reading.value === 'active' && tests.value.size === 0;

  if (failure.value !== null && tests.value.size === 0) {
    return <Failure error={failure.value} isPage what="The tests cannot be read" retry={readAgain} />;
  }
  if (reading.value === 'done' && tests.value.size === 0) return <FirstTime />;
  const cards = all.value ? running : running.slice(0, MOST_CARDS);
  return (
    <>
      <h1 class="visually-hidden">Tests</h1>
      <section class="section" data-testid="running" aria-labelledby="running-title">
        <Title id="running-title" name="Running" count={isReading ? null : running.length} />
        {isReading ? (
          <Skeleton height="11.5rem" />
        ) : running.length === 0 ? (
          <p class="quiet-box">
            Nothing runs now. <a href={to.new()}>Start a test</a>
            {finished.length > 0 && ', or restart one below.'}
          </p>
        ) : (
          <ul class="cards">
            {cards.map((test) => (
              <RunningCard key={test.testID} test={test} />
            ))}
          </ul>
        )}
        {cards.length < running.length && (
          <button type="button" class="button more" onClick={() => (all.value = true)}>
            Show all {running.length}
          </button>
        )}
      </section>
      {scheduled.length > 0 && (
        <section class="section" data-testid="scheduled" aria-labelledby="scheduled-title">
          <Title id="scheduled-title" name="Scheduled" count={scheduled.length} />
          <ul class="rows">
            {scheduled.map((test) => (
              <WaitingRow key={test.testID} test={test} />
            ))}
          </ul>
        </section>
      )}
      {ready.length > 0 && (
        <section class="section" data-testid="ready" aria-labelledby="ready-title">
          <Title id="ready-title" name="Ready to start" count={ready.length} />
          <ul class="rows">
            {ready.map((test) => (
              <WaitingRow key={test.testID} test={test} />
            ))}
          </ul>
        </section>
      )}
      <History finished={finished} isReading={reading.value !== 'done'} />
    </>
  );
}

function Title({ id, name, count }: { id: string; name: string; count: number | null }) {
  return (
    <div class="section-head">
      <h2 id={id}>{name}</h2>
      {count !== null && <span class="count">{count}</span>}
    </div>
  );
}

/** Nothing has ever been here: one thing to do. */
function FirstTime() {
  return (
    <Empty title="Put a load on your pipeline, and see what becomes of every record" isPage testId="empty">
      <p>
        MoniFlux sends logs, metrics and traces at an exact rate and accounts for each of them.
        <br />
        The first test is filled in already: say where to, and start.
      </p>
      <a class="button is-primary is-large" href={to.new()}>
        <Icon name="play" />
        Start your first test
      </a>
    </Empty>
  );
}
