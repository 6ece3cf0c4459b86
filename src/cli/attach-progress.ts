import type {LiveEvent} from '../model/live.js';
import type {CommandContext} from './context.js';

/** One line on a terminal's stderr, rewritten while containers are captured; nothing anywhere else. */
export class AttachProgress {
  readonly #context: CommandContext;
  readonly #runs = new Map<string, {readonly files: number; readonly newFiles: number; readonly lostRecords: number}>();
  #shown = '';

  constructor(context: CommandContext) {
    this.#context = context;
  }

  show(event: LiveEvent): void {
    if (!this.#context.errorIsTerminal || this.#context.quiet || event.kind !== 'progress') {
      return;
    }
    this.#runs.set(event.runId, event);
    const sum = (of: 'files' | 'newFiles' | 'lostRecords'): number => [...this.#runs.values()].reduce((total, run) => total + run[of], 0);
    const lost = sum('lostRecords');
    this.#write(`${sum('files')} files, ${sum('newFiles')} new${lost === 0 ? '' : `, ${lost} records lost`}`);
  }

  /** Leaves the line empty for what comes next. */
  close(): void {
    this.#write('');
  }

  #write(line: string): void {
    if (line !== this.#shown) {
      this.#context.writeError(`\r${line}\u001B[K`);
      this.#shown = line;
    }
  }
}
