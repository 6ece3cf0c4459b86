/** A winnow-probe that runs, here or on another host. */
export interface ProbeProcess {
  /** What it writes, as it comes; the process is held up while nobody reads. Throws WinnowError where the way to it breaks. */
  readonly records: AsyncIterable<Buffer>;
  /** Resolves when it is gone. */
  readonly exit: Promise<ProbeExit>;
  /** Ends its standard input, which asks it to stop. Safe to call twice. */
  endInput(): void;
  /** Ends it at once; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface ProbeExit {
  /** `exit code 5`, or the name of the signal. */
  readonly code: string;
  /** What it said on standard error, as one line. */
  readonly talk: string;
}

/** The host that a probe runs on. */
export interface ProbeHost {
  /** Null for this host. */
  readonly name: string | null;
  /** Starts winnow-probe with these arguments. @throws WinnowError where there is none to start */
  start(args: readonly string[]): Promise<ProbeProcess>;
}

/** The last part of what a process says, as one line. */
export class Talk {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-4096);
  }

  get line(): string {
    return this.#text.trim().replaceAll('\n', ' ');
  }
}
