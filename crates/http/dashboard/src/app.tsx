// The frame around every page.

export function App() {
  return <main>MoniFlux</main>;
}
