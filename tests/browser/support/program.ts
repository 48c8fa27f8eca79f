// A program that a test started, and its end. It is signalled by its number only while it is known to run.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BINARY = process.env.MONIFLUX_TEST_BINARY ?? resolve(import.meta.dirname, '../../../target/release/moniflux');
const PATIENCE = 20_000;

export class Program {
  private constructor(
    private readonly child: ChildProcess,
    /** Where it answers. */
    readonly url: string,
  ) {}

  /** Starts the binary and waits for the line that says where it listens. */
  static async start(args: string[], settings: Record<string, string>, intro: string): Promise<Program> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there; "make build" builds it`);
    const { PATH = '' } = process.env;
    const child = spawn(BINARY, args, { cwd: tmpdir(), env: { PATH, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    // Should the tests be stopped half way, it stops with them.
    process.once('exit', () => child.kill('SIGKILL'));
    let said = '';
    const url = new Promise<string>((found, failed) => {
      const timer = setTimeout(() => failed(new Error(`${args[0]} does not say where it listens: ${said}`)), PATIENCE);
      const read = (chunk: Buffer) => {
        said += chunk.toString();
        const address = new RegExp(`${intro} (http://[^\\s,;)]+)`).exec(said)?.[1];
        if (!address) return;
        clearTimeout(timer);
        found(address);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('exit', (code) => failed(new Error(`${args[0]} ended with ${code}: ${said}`)));
    });
    try {
      return new Program(child, await url);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Ends it at once, as a power failure would. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** A service over a store of its own, which outlives it: a killed one can be started again where it was. */
export class Service {
  private program: Program | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'moniflux-browser-'));

  /** Starts it; on the port it had before, if it ran before. */
  async start(): Promise<this> {
    const port = this.program ? new URL(this.program.url).port : '0';
    const settings = { MONIFLUX_DATA_DIR: this.folder, HOST: '127.0.0.1', PORT: port };
    this.program = await Program.start(['serve'], settings, 'MoniFlux listens on');
    return this;
  }

  get url(): string {
    if (!this.program) throw new Error('the service was not started');
    return this.program.url;
  }

  async kill(): Promise<void> {
    await this.program?.kill();
  }

  /** Ends it, and forgets all it kept. */
  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The receiving end. */
export function startSink(args: string[] = []): Promise<Program> {
  return Program.start(['sink', '--port', '0', ...args], {}, 'sink listens on');
}
