// The frame around every page: where one is, whether the connection stands, and the theme.

import { useEffect, useRef } from 'preact/hooks';

import type { Connection } from './api/events';
import { Icon } from './components/Icon';
import { Empty } from './components/basics';
import { Ask, Notes } from './components/overlays';
import { ComparePage } from './pages/ComparePage';
import { NewTestPage } from './pages/NewTestPage';
import { TestPage } from './pages/TestPage';
import { TestsPage } from './pages/TestsPage';
import { route, to } from './router';
import { shownConnection, useTitle } from './state/shown';
import { connection, follow } from './state/tests';
import { nextTheme, theme } from './state/theme';

export function App() {
  const { page, query } = route.value;
  const main = useRef<HTMLElement>(null);
  const key = route.value.page === 'test' ? `${page} ${route.value.testID}` : page;
  const isFirst = useRef(true);
  useEffect(() => {
    // A new page is read from its beginning, by eyes and by screen readers.
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [key]);

  // A test's page has a stream of its own.
  const hasOwnStream = page === 'test';
  useEffect(() => (hasOwnStream ? undefined : follow()), [hasOwnStream]);

  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to content
      </a>
      <Header />
      <Offline />
      <main id="main" ref={main} tabIndex={-1} class="page">
        {route.value.page === 'tests' && <TestsPage />}
        {route.value.page === 'new' && <NewTestPage key={query.get('from') ?? ''} from={query.get('from')} />}
        {route.value.page === 'test' && <TestPage key={route.value.testID} testID={route.value.testID} query={query} />}
        {route.value.page === 'compare' && <ComparePage query={query} />}
        {route.value.page === 'missing' && <Missing />}
      </main>
      <Notes />
      <Ask />
    </>
  );
}

function Header() {
  const { page } = route.value;
  const current = (name: string) => (page === name ? 'page' : undefined);
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href={to.tests()} aria-label="MoniFlux, all tests">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <path d="M6 21h4.5l4-12 4.5 15 3-9H26" />
          </svg>
          <span>MoniFlux</span>
        </a>
        <nav class="top-nav" aria-label="Pages">
          <a href={to.tests()} aria-current={current('tests')}>
            Tests
          </a>
          <a href={to.compare()} aria-current={current('compare')}>
            Compare
          </a>
          <a href="docs/" class="wide-only">
            API
          </a>
        </nav>
        <Link />
        <ThemeButton />
        <a class="button is-primary" href={to.new()} aria-label="New test" aria-current={current('new')}>
          <Icon name="plus" />
          <span class="wide-only">New test</span>
        </a>
      </div>
    </header>
  );
}

const LINKS: Record<Connection, string> = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' };

function Link() {
  const state = shownConnection.value ?? connection.value;
  return (
    <span
      class="link"
      data-testid="connection"
      data-state={state}
      title={state === 'live' ? 'What happens is shown as it happens' : undefined}
    >
      <span class="dot" aria-hidden="true" />
      <span class="wide-only">{LINKS[state]}</span>
    </span>
  );
}

function ThemeButton() {
  const icon = { system: 'system', light: 'sun', dark: 'moon' } as const;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Theme: ${theme.value}`}
      title={`Theme: ${theme.value}`}
      data-testid="theme"
      data-theme-choice={theme.value}
      onClick={nextTheme}
    >
      <Icon name={icon[theme.value]} />
    </button>
  );
}

/** Its place is always there, so that nothing moves when it speaks. */
function Offline() {
  const isAway = (shownConnection.value ?? connection.value) === 'reconnecting';
  return (
    <div role="status" class="offline-place">
      {isAway && (
        <p class="offline" data-testid="offline">
          <Icon name="alert" />
          The service does not answer.
          <span class="wide-only">What you see is as it was; it goes on by itself when the service is back.</span>
        </p>
      )}
    </div>
  );
}

function Missing() {
  useTitle('Not found');
  return (
    <Empty isPage title="There is nothing at this address">
      <p>
        <a href={to.tests()}>All tests</a>
      </p>
    </Empty>
  );
}
