// One test: what its run does now or did, in words, figures and charts, and what can be done about it.

import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

import './test.css';
import './lists.css';

import { Tabs } from '../components/Tabs';
import { Empty, Failure, Skeleton } from '../components/basics';
import { go, replace, to } from '../router';
import { hasRun } from '../state/actions';
import { useConnection, useTitle } from '../state/shown';
import { Watch } from '../state/watch';
import { Head } from './test/Head';
import { Overview } from './test/Overview';
import { Runs } from './test/Runs';
import { Samples } from './test/Samples';
import { Spec } from './test/Spec';
import { Verdict } from './test/Verdict';

const TABS = [
  { id: 'overview', name: 'Overview' },
  { id: 'samples', name: 'Samples' },
  { id: 'runs', name: 'Runs' },
  { id: 'spec', name: 'Spec' },
] as const;

type TabId = (typeof TABS)[number]['id'];

export function TestPage({ testID, query }: { testID: string; query: URLSearchParams }) {
  useTitle(testID);
  const run = Number(query.get('run')) || null;
  const tab = TABS.find(({ id }) => id === query.get('tab'))?.id ?? 'overview';
  const [watch, setWatch] = useState<Watch | null>(null);
  useEffect(() => {
    const made = new Watch(testID, run);
    setWatch(made);
    return () => made.stop();
  }, [testID, run]);
  const show = (id: TabId) => replace(to.test(testID, { run, ...(id === 'overview' ? {} : { tab: id }) }));
  return watch ? <Watched key={`${testID} ${run ?? ''}`} watch={watch} tab={tab} show={show} /> : <Waiting />;
}

function Watched({ watch, tab, show }: { watch: Watch; tab: TabId; show: (tab: TabId) => void }) {
  useConnection(watch.connection.value);
  const wasDeleted = useSignal(false);
  const test = watch.test.value;
  if (watch.isDeleted.value || wasDeleted.value) {
    return (
      <Empty isPage title={`${watch.testID} is deleted`}>
        <p>
          <a href={to.tests()}>All tests</a>
        </p>
      </Empty>
    );
  }
  if (!test) {
    if (watch.failure.value === null) return <Waiting />;
    return (
      <Failure
        isPage
        error={watch.failure.value}
        what={`${watch.testID} cannot be shown`}
        retry={() => void watch.read()}
      />
    );
  }
  const results = watch.results.value;
  return (
    <>
      <Head watch={watch} test={test} onDeleted={() => go(to.tests())} />
      {results ? <Verdict results={results} /> : watch.run !== null && <Skeleton height="4.5rem" />}
      <Tabs label="Parts of this test" tabs={TABS} current={tab} onChange={show}>
        {tab === 'overview' &&
          (watch.run === null ? (
            <NeverRan status={test.status} />
          ) : (
            <Overview watch={watch} test={test} isLive={watch.asked === null && hasRun(test.status)} />
          ))}
        {tab === 'samples' && <Samples testID={watch.testID} run={watch.run} />}
        {tab === 'runs' && <Runs test={test} shown={watch.run} onChanged={(changed) => watch.take(changed)} />}
        {tab === 'spec' && <Spec test={test} />}
      </Tabs>
    </>
  );
}

function Waiting() {
  return <Skeleton height="9rem" count={3} />;
}

function NeverRan({ status }: { status: string }) {
  return (
    <Empty title="It has not run yet">
      <p>
        {status === 'Scheduled'
          ? 'It starts at its time; what happens then is shown here as it happens.'
          : 'Start it, and what happens is shown here as it happens.'}
      </p>
    </Empty>
  );
}
