// The dashboard with the mock behind it: `npm run dev:mock`, or `npm run dev:mock -- --empty` for a service without tests.

import { createServer } from 'vite';

const port = Number(process.env.MOCK_PORT ?? 8089);
process.env.MONIFLUX_URL = `http://127.0.0.1:${port}`;

const vite = await createServer({ server: { port: Number(process.env.PORT ?? 5173), host: '127.0.0.1' } });
const { startMock } = await vite.ssrLoadModule('/mock/server.ts');
await startMock(port, { isEmpty: process.argv.includes('--empty') });
await vite.listen();
vite.printUrls();
