import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {ImageTree} from '../image/tree.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Run} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';
import {byteLines} from '../wire/byte-lines.js';
import {decodeStrace} from '../wire/strace.js';
import {RunRecorder} from './recorder.js';
import {AccessResolver} from './resolve.js';

export interface StraceImport {
  readonly runId: string;
  readonly workload: string;
  /** The image whose container was traced; without one nothing is resolved, and every path counts as made by the run. */
  readonly index: ImageIndex | null;
  /** Where the first process started; null where unknown. */
  readonly initialCwd: ContainerPath | null;
}

/**
 * A run out of an `strace -f` log. It is complete where the log shows every process exit, and without loss where each
 * line could be read and each path resolved.
 * @throws WinnowError where the file can't be read or is no such log
 */
export async function importStrace(file: string, {runId, workload, index, initialCwd}: StraceImport): Promise<Run> {
  const written = await stat(file).catch((cause: unknown) => {
    throw new WinnowError(`${file} can't be read: ${(cause as Error).message}`, {cause});
  });
  const recorder = new RunRecorder(new AccessResolver({tree: new ImageTree(index ?? {files: []})}));
  const startNs = BigInt(Math.round(written.birthtimeMs)) * 1_000_000n;
  for await (const event of decodeStrace(byteLines(createReadStream(file)), {initialCwd, startNs})) {
    recorder.observe(event);
  }
  const {rows, lost, captured, folded, ended} = recorder;
  const times = rows.flatMap(({firstNs, lastNs}) => [firstNs, lastNs]);
  return {
    metadata: {
      runId,
      imageId: index?.image.id ?? '',
      imageName: index?.image.name ?? '',
      workload,
      startedNs: times.reduce((least, time) => (time < least ? time : least), times[0] ?? startNs),
      endedNs: times.reduce((most, time) => (time > most ? time : most), times[0] ?? startNs),
      complete: ended,
      incompleteReason: ended ? '' : 'the log does not show every process exit',
      lostRecords: lost,
      capturedRecords: captured,
      foldedRecords: folded,
      backend: 'strace',
      exitCode: null,
    },
    rows,
  };
}
