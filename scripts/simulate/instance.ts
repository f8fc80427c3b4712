import { fileURLToPath } from "node:url";
import { findFreePort, type ServiceProcess, startService } from "../support/service-process.js";

const SHIFTED_CLOCK = fileURLToPath(new URL("./shifted-clock.mjs", import.meta.url));

/** One instance of the service, which keeps its address over restarts. */
export class Instance {
  #process: ServiceProcess | null = null;
  #starting: Promise<void> | null = null;
  #output = "";

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly env: Record<string, string>,
  ) {}

  static async create(name: string, env: Record<string, string>): Promise<Instance> {
    return new Instance(name, await findFreePort(), env);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  /** The end of the log of all its processes. */
  get output(): string {
    return this.#output;
  }

  /** Starts a process, with a clock that is wrong by `shiftMs`. Does nothing when there is one. */
  start(shiftMs: number): Promise<void> {
    if (this.#process) return Promise.resolve();
    this.#starting ??= this.#launch(shiftMs).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #launch(shiftMs: number): Promise<void> {
    const clock = shiftMs === 0 ? [] : ["--import", SHIFTED_CLOCK];
    const started = await startService({
      env: { ...this.env, CLOCK_SHIFT_MS: String(shiftMs) },
      port: this.port,
      command: [process.execPath, "--enable-source-maps", ...clock, "dist/index.js"],
      onOutput: (text) => {
        this.#output = (this.#output + text).slice(-MOST_OUTPUT);
      },
    });
    this.#process = started;
    void started.exited.then(() => {
      if (this.#process === started) this.#process = null;
    });
  }

  /** SIGKILL, SIGSTOP or SIGCONT; nothing while there is no process. */
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal);
    if (signal === "SIGKILL") this.#process = null;
  }

  /** SIGTERM. @returns the exit code; null when it had to be killed, undefined without a process */
  async stop(): Promise<number | null | undefined> {
    const running = this.#process;
    this.#process = null;
    return running?.stop();
  }
}

const MOST_OUTPUT = 400_000;
