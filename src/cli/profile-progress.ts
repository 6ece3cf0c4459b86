import type {LiveEvent} from '../model/live.js';
import type {AutoOutcome} from './auto-runs.js';
import type {CommandContext} from './context.js';
import {formatPercent, formatPercentUp} from './figures.js';
import type {ProfileState} from './profile-runs.js';

const barWidth = 16;

/** One line on a terminal's stderr, rewritten as runs go on; nothing anywhere else. */
export class ProfileProgress {
  readonly #context: CommandContext;
  readonly #runs: number;
  #shown = '';

  /** @param runs how many there will be at most */
  constructor(context: CommandContext, runs: number) {
    this.#context = context;
    this.#runs = runs;
  }

  show(event: LiveEvent, {number, trainer, auto}: ProfileState): void {
    if (!this.#context.errorIsTerminal || this.#context.quiet || event.kind === 'started') {
      return;
    }
    const finished = event.kind === 'ended' ? number : number - 1;
    const filled = Math.round((finished / this.#runs) * barWidth);
    const {files, newFiles} = trainer.summary;
    const of = auto === null ? 'of' : 'of at most';
    const phase = event.kind === 'progress' ? event.phase : event.kind === 'ended' ? 'stored' : 'working';
    this.#write(
      `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}] run ${number} ${of} ${this.#runs}, ${phase}: ${files} files, ${newFiles} new${unseenText(auto)}${silenceText(event)}`,
    );
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

function unseenText(auto: AutoOutcome | null): string {
  return auto === null ? '' : `; unseen: up to ${formatPercentUp(auto.risk.upper95)} of runs, until ${formatPercent(auto.untilRisk)}`;
}

function silenceText(event: LiveEvent): string {
  if (event.kind !== 'progress' || event.dryingUp === undefined) {
    return '';
  }
  const {silentMs, neededMs} = event.dryingUp;
  return `; nothing new for ${Math.floor(silentMs / 1000)} of ${Math.ceil(neededMs / 1000)} s`;
}
