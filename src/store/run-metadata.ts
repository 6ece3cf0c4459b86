import {architectures, backends, type RunMetadata, rungs, type SystemCalls} from '../model/run.js';
import {WinnowError} from '../model/winnow-error.js';

export const runSchema = 'winnow.run/1';

/** Names of RunMetadata in a Parquet file's key/value metadata, the catalogue, the live feed, and the columns of a CSV. */
export const metadataColumns = [
  'run_id',
  'image_id',
  'image_name',
  'workload',
  'started_ns',
  'ended_ns',
  'complete',
  'incomplete_reason',
  'lost_records',
  'captured_records',
  'folded_records',
  'backend',
  'rung',
  'system_calls',
  'exit_code',
] as const;
export type MetadataColumn = (typeof metadataColumns)[number];

/** RunMetadata as texts under those names, with the `schema`. */
export type MetadataText = Readonly<Record<MetadataColumn | 'schema', string>>;

export function metadataToText(metadata: RunMetadata): MetadataText {
  return {
    schema: runSchema,
    run_id: metadata.runId,
    image_id: metadata.imageId,
    image_name: metadata.imageName,
    workload: metadata.workload,
    started_ns: metadata.startedNs.toString(),
    ended_ns: metadata.endedNs.toString(),
    complete: String(metadata.complete),
    incomplete_reason: metadata.incompleteReason,
    lost_records: String(metadata.lostRecords),
    captured_records: String(metadata.capturedRecords),
    folded_records: String(metadata.foldedRecords),
    backend: metadata.backend,
    rung: metadata.rung ?? '',
    system_calls: systemCallsToText(metadata.systemCalls),
    exit_code: metadata.exitCode === null ? '' : String(metadata.exitCode),
  };
}

/** @throws WinnowError where the texts are not those of a run. */
export function metadataFromText(text: Partial<MetadataText>): RunMetadata {
  if (text.schema !== runSchema) {
    throw new WinnowError(`its schema is ${text.schema ?? 'missing'}, not ${runSchema}`, text.schema?.startsWith('winnow.run/') === true ? {hint: 'another version of winnow wrote it, and reads it'} : {});
  }
  const exitCode = field(text, 'exit_code');
  const rung = text.rung || null; // older runs don't say
  return {
    runId: field(text, 'run_id'),
    imageId: field(text, 'image_id'),
    imageName: field(text, 'image_name'),
    workload: field(text, 'workload'),
    startedNs: BigInt(integer(text, 'started_ns')),
    endedNs: BigInt(integer(text, 'ended_ns')),
    complete: oneOf(text, 'complete', ['true', 'false']) === 'true',
    incompleteReason: field(text, 'incomplete_reason'),
    lostRecords: Number(integer(text, 'lost_records')),
    capturedRecords: Number(integer(text, 'captured_records')),
    foldedRecords: Number(integer({folded_records: '0', ...text}, 'folded_records')), // older files fold nothing
    backend: oneOf(text, 'backend', backends),
    ...(rung === null ? {} : {rung: oneOf(text, 'rung', rungs)}),
    ...(text.system_calls ? {systemCalls: systemCallsFromText(text.system_calls)} : {}), // older runs don't say
    exitCode: exitCode === '' ? null : Number(integer(text, 'exit_code')),
  };
}

/** `x86_64:execve,read;x86:open`; empty where they were not recorded. */
function systemCallsToText(systemCalls: SystemCalls = {}): string {
  return Object.entries(systemCalls).map(([architecture, names]) => `${architecture}:${names.join(',')}`).join(';');
}

function systemCallsFromText(text: string): SystemCalls {
  return Object.fromEntries(text.split(';').map((part) => {
    const [architecture = '', names = ''] = part.split(':');
    const known = architectures.find((candidate) => candidate === architecture);
    if (known === undefined || !/^(?:(?:[a-z0-9_]+|#\d+)(?:,|$))+$/.test(names)) {
      throw new WinnowError(`its system_calls hold "${part}", not an architecture and names`);
    }
    return [known, names.split(',')];
  }));
}

function field(text: Partial<MetadataText>, name: MetadataColumn): string {
  const value = text[name];
  if (value === undefined) {
    throw new WinnowError(`it does not say its ${name}`);
  }
  return value;
}

function integer(text: Partial<MetadataText>, name: MetadataColumn): string {
  const value = field(text, name);
  if (!/^\d{1,19}$/.test(value)) {
    throw new WinnowError(`its ${name} is "${value}", not a whole number`);
  }
  return value;
}

function oneOf<T extends string>(text: Partial<MetadataText>, name: MetadataColumn, allowed: readonly T[]): T {
  const value = field(text, name);
  const known = allowed.find((candidate) => candidate === value);
  if (known === undefined) {
    throw new WinnowError(`its ${name} is "${value}", not ${allowed.join(' or ')}`);
  }
  return known;
}
