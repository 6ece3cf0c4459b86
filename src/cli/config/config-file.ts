import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {type Document, isMap, isNode, isScalar, LineCounter, parseDocument} from 'yaml';
import {packageRoot} from '../../capture/package-root.js';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {schemaProblem} from './schema-problem.js';

/** What winnow.yaml may hold: docs/config.md, docs/schema/winnow.config.1.json. */
export interface ConfigFile {
  readonly workloads: readonly ConfigWorkload[];
  readonly 'until-risk'?: number;
  readonly 'max-runs'?: number;
}

/** What a container needs, be it profiled or a service. */
export interface ConfigContainer {
  readonly command?: string | readonly string[];
  readonly env?: Readonly<Record<string, string | number>>;
  readonly mounts?: readonly string[];
  readonly docker?: readonly string[];
  readonly ready?: string;
}

export interface ConfigWorkload extends ConfigContainer {
  readonly name: string;
  readonly runs?: number | 'auto';
  readonly network?: string;
  readonly ports?: readonly string[];
  readonly duration?: string;
  readonly steps?: readonly ConfigStep[];
  readonly services?: Readonly<Record<string, ConfigContainer & {readonly image: string}>>;
}

export type ConfigStep = {readonly exec: string} | {readonly test: string} | {readonly http: string};

/** Keys and indices from the root of the document to a value. */
export type ConfigPath = readonly (string | number)[];

export interface CheckedConfig {
  readonly content: ConfigFile;
  /** Directory that relative paths in it start from. */
  readonly directory: string;
  /** An error (usage) about a value, which begins with the file and the line of it. */
  readonly problemAt: (place: ConfigPath, message: string, hint?: string) => WinnowError;
}

/** Reads a config and holds it against the schema. @throws WinnowError (usage) that names file and line, and what to write */
export async function readConfig(file: string, cwd: string): Promise<CheckedConfig> {
  const fullPath = path.resolve(cwd, file);
  const text = await readFile(fullPath, 'utf8').catch((cause: unknown) => {
    throw new WinnowError(`cannot read the config ${file}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, {exitCode: ExitCode.usage, cause});
  });
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {lineCounter, merge: true, prettyErrors: false});
  const problem = (offset: number, message: string, hint?: string): WinnowError =>
    new WinnowError(`${file}:${lineCounter.linePos(offset).line}: ${message}`, {exitCode: ExitCode.usage, ...(hint === undefined ? {} : {hint})});
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw problem(broken.pos[0], `not YAML: ${broken.message.split('\n')[0] ?? ''}`, 'docs/config.md has an example');
  }
  const content: unknown = document.toJS();
  const problemAt = (place: ConfigPath, message: string, hint?: string): WinnowError => problem(offsetOf(document, place), message, hint);
  const validate = new Ajv2020({strict: true, allowUnionTypes: true, verbose: true}).compile(await readSchema());
  if (!validate(content)) {
    const {place, message, hint} = schemaProblem(validate.errors ?? []);
    throw problemAt(place, message, hint);
  }
  return {content: content as ConfigFile, directory: path.dirname(fullPath), problemAt};
}

async function readSchema(): Promise<object> {
  return JSON.parse(await readFile(path.join(packageRoot(), 'docs/schema/winnow.config.1.json'), 'utf8')) as object;
}

/** Where the key of a value begins, or the value itself in a list. */
function offsetOf(document: Document, place: ConfigPath): number {
  const parent: unknown = place.length === 0 ? null : document.getIn(place.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({key}) => isScalar(key) && key.value === place.at(-1)) : undefined;
  const node: unknown = pair?.key ?? document.getIn(place, true);
  if (isNode(node) && node.range != null) {
    return node.range[0];
  }
  return place.length === 0 ? 0 : offsetOf(document, place.slice(0, -1));
}
