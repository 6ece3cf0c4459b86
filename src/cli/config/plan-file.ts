import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Ajv, type ValidateFunction} from 'ajv';
import type {PlannedDecisions} from '../../debloat/decisions.js';
import {pathFromText} from '../../model/container-path.js';
import type {DebloatConfig, Decision} from '../../model/debloat-config.js';
import {ExitCode} from '../../model/exit-code.js';
import {lazily} from '../../model/lazily.js';
import {WinnowError} from '../../model/winnow-error.js';

interface FileDocument {
  readonly path: string;
  readonly pathEncoding?: 'percent';
  readonly decision: Decision;
  readonly reason?: string;
}

interface ConfigDocument extends Pick<DebloatConfig, 'image'> {
  readonly files: readonly FileDocument[];
}

/** Reads what `winnow plan --output` wrote, for one image or several. @throws WinnowError (usage) for another file */
export async function readPlanFile(file: string, cwd: string): Promise<PlannedDecisions[]> {
  const document = await readJson(file, cwd);
  const isPlanSet = planSetCheck();
  const isConfig = configCheck();
  const configs = isPlanSet(document) ? document.images : isConfig(document) ? [document] : null;
  if (configs === null) {
    throw notPlan(file, 'it is no debloat config');
  }
  return configs.map(({image, files}) => ({
    image,
    files: files.map(({path: text, pathEncoding, decision, reason}) => ({
      path: pathFromText({text, encoded: pathEncoding !== undefined}), decision, ...(reason === undefined ? {} : {reason}),
    })),
  }));
}

async function readJson(file: string, cwd: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path.resolve(cwd, file), 'utf8'));
  } catch (cause) {
    throw notPlan(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function notPlan(file: string, reason: string, cause?: unknown): WinnowError {
  return new WinnowError(`cannot take the plan ${file}: ${reason}`, {exitCode: ExitCode.usage, hint: 'write one with winnow plan IMAGE --output FILE', cause});
}

// Not docs/schema: a plan that another program shortened to what counts here does as well.
const config = {
  type: 'object',
  required: ['schema', 'image', 'files'],
  properties: {
    schema: {const: 'winnow.debloat/1'},
    image: {
      type: 'object',
      required: ['name', 'id', 'layers'],
      properties: {name: {type: 'string'}, id: {type: 'string'}, layers: {type: 'array', items: {type: 'string'}}},
    },
    files: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'decision'],
        properties: {path: {type: 'string', pattern: '^/.'}, pathEncoding: {const: 'percent'}, decision: {enum: ['keep', 'remove']}, reason: {type: 'string'}},
      },
    },
  },
};
const ajv = new Ajv();
const configCheck = lazily((): ValidateFunction<ConfigDocument> => ajv.compile(config));
const planSetCheck = lazily((): ValidateFunction<{readonly images: readonly ConfigDocument[]}> => ajv.compile({
  type: 'object', required: ['schema', 'images'], properties: {schema: {const: 'winnow.plan-set/1'}, images: {type: 'array', minItems: 1, items: config}},
}));
