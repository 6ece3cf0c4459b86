import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {type Document, isMap, isNode, isScalar, LineCounter, parseDocument} from 'yaml';
import {packageRoot} from '../../capture/package-root.js';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {schemaProblem} from './schema-problem.js';

/** Keys and indices from the root of the document to a value. */
export type ConfigPath = readonly (string | number)[];

/** An error (usage) about a value, which begins with the file and the line of it. */
export type ProblemAt = (place: ConfigPath, message: string, hint?: string) => WinnowError;

/** What a file is for, in words of a message, and what it has to follow. */
export interface FileKind {
  readonly what: string;
  /** Name of a schema in docs/schema. */
  readonly schema: string;
  /** Where to look when it is not even YAML. */
  readonly example: string;
}

/** Reads YAML or JSON and holds it against a schema. @throws WinnowError (usage) that names file and line, and what to write */
export async function readChecked<Content>(file: string, cwd: string, {what, schema, example}: FileKind): Promise<{readonly content: Content; readonly problemAt: ProblemAt}> {
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new WinnowError(`cannot read ${what} ${file}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, {exitCode: ExitCode.usage, cause});
  });
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {lineCounter, merge: true, prettyErrors: false});
  const problem = (offset: number, message: string, hint?: string): WinnowError =>
    new WinnowError(`${file}:${lineCounter.linePos(offset).line}: ${message}`, {exitCode: ExitCode.usage, ...(hint === undefined ? {} : {hint})});
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw problem(broken.pos[0], `not YAML: ${broken.message.split('\n')[0] ?? ''}`, example);
  }
  const content: unknown = document.toJS();
  const problemAt: ProblemAt = (place, message, hint) => problem(offsetOf(document, place), message, hint);
  const validate = new Ajv2020({strict: true, allowUnionTypes: true, verbose: true}).compile(await readSchema(schema));
  if (!validate(content)) {
    const {place, message, hint} = schemaProblem(validate.errors ?? [], what);
    throw problemAt(place, message, hint);
  }
  return {content: content as Content, problemAt};
}

async function readSchema(name: string): Promise<object> {
  return JSON.parse(await readFile(path.join(packageRoot(), 'docs/schema', name), 'utf8')) as object;
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
