import {createReadStream} from 'node:fs';
import type {ContainerPath} from '../model/container-path.js';
import type {Run} from '../model/run.js';
import {byteLines} from '../wire/byte-lines.js';
import {decodeStrace} from '../wire/strace.js';
import {importedRun, recorderFor, type RunImport, statImport} from './imported-run.js';

export interface StraceImport extends RunImport {
  /** Where the first process started; null where unknown. */
  readonly initialCwd: ContainerPath | null;
}

/**
 * A run out of an `strace -f` log. It is complete where the log shows every process exit, and without loss where each
 * line could be read and each path resolved.
 * @throws WinnowError where the file can't be read or is no such log
 */
export async function importStrace(file: string, {initialCwd, ...as}: StraceImport): Promise<Run> {
  const written = await statImport(file);
  const recorder = recorderFor(as.index);
  const startNs = BigInt(Math.round(written.birthtimeMs)) * 1_000_000n;
  for await (const event of decodeStrace(byteLines(createReadStream(file)), {initialCwd, startNs})) {
    recorder.observe(event);
  }
  const {rows, ended} = recorder;
  const times = rows.flatMap(({firstNs, lastNs}) => [firstNs, lastNs]);
  return importedRun(recorder, as, {
    startedNs: times.reduce((least, time) => (time < least ? time : least), times[0] ?? startNs),
    endedNs: times.reduce((most, time) => (time > most ? time : most), times[0] ?? startNs),
    complete: ended,
    incompleteReason: ended ? '' : 'the log does not show every process exit',
    backend: 'strace',
  });
}
