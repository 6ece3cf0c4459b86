import {ExitCode} from '../model/exit-code.js';
import type {DryingUp} from '../model/live.js';
import {plural} from '../model/plural.js';
import type {Evidence} from '../model/profile.js';
import {formatBytes} from '../model/units.js';
import type {AutoOutcome} from './auto-runs.js';
import type {CommandContext} from './context.js';
import {formatPercent, formatPercentUp} from './figures.js';
import {lostText} from './lost-text.js';
import type {ProfileResult, StoredRun} from './profile-runs.js';

/** Tells what a profile came to. Exit code by what went wrong most: a failure, an interruption, lost records, in this order. */
export function reportProfile(image: string, {runs, failure, trainer, auto}: ProfileResult, context: CommandContext): void {
  const {files, evidence} = trainer.summary;
  const lost = runs.reduce((sum, {metadata}) => sum + metadata.lostRecords, 0);
  if (context.json) {
    const documents = runs.map(({service, metadata, driedUp}) => ({...(service === undefined ? {} : {service}), ...metadata, ...(driedUp === null ? {} : {driedUp})}));
    context.printJson({image, runs: documents, files, evidence, ...(auto === null ? {} : {auto})});
  } else {
    runs.forEach((run) => context.print(`${run.service === undefined ? '' : `service ${run.service} (${run.metadata.imageName}): `}${runLine(run)}`));
    const bytes = trainer.profile.files.reduce((sum, file) => sum + (file.observedRuns + file.observedFlawedRuns > 0 ? file.bytes : 0), 0);
    context.print(`${image}: ${plural(files, 'file')} needed so far (${formatBytes(bytes)}), by ${plural(evidence.runs, 'clean run')} of ${plural(evidence.workloads.length, 'workload')}${flawedRuns(evidence)}`);
  }
  if (failure !== null) {
    throw failure;
  }
  if (context.signal.aborted) {
    context.note('winnow: interrupted; what was captured is kept as an incomplete run');
    context.exitWith(ExitCode.interrupted);
    return;
  }
  if (auto !== null) {
    context.note(autoLine(auto));
  }
  if (lost > 0) {
    context.note(`winnow: ${lostText(runs.map(({losses}) => losses), 'sum')}`);
    context.exitWith(ExitCode.lostRecords);
  } else if (!context.json) {
    context.note(`next: winnow plan ${image}`);
  }
}

function flawedRuns({flawedRuns}: Evidence): string {
  return flawedRuns === 0 ? '' : ` and ${plural(flawedRuns, 'run')} that lost records or broke off`;
}

export function runLine({metadata, driedUp}: Pick<StoredRun, 'metadata' | 'driedUp'>): string {
  const {runId, workload, capturedRecords, lostRecords, foldedRecords, complete, incompleteReason} = metadata;
  const state = complete ? 'complete' : `incomplete (${incompleteReason})`;
  return `${runId}  ${workload}  ${capturedRecords} accesses${foldedRecords === 0 ? '' : ` (${foldedRecords} summed up)`}, ${lostRecords} lost, ${state}${driedUp === null ? '' : `, ended after ${driedUpText(driedUp)}`}`;
}

function driedUpText({finds, foundWithinMs, silentMs}: DryingUp): string {
  return `${silentMs / 1000} s without a new file (${finds} finds in ${foundWithinMs / 1000} s)`;
}

function autoLine({runs, risk, untilRisk, maxRuns, isReached}: AutoOutcome): string {
  return isReached
    ? `winnow: ${runs} runs are enough: with 95 % confidence, fewer than ${formatPercentUp(risk.upper95)} of further such runs need a file that none has shown`
    : `winnow: stopped at ${maxRuns} runs (--max-runs), not at the risk asked for: up to ${formatPercentUp(risk.upper95)} of further such runs may need a file that none has shown, not ${formatPercent(untilRisk)}`;
}
