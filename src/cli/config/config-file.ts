import path from 'node:path';
import {type ProblemAt, readChecked} from './checked-file.js';

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
  readonly services?: Readonly<Record<string, ConfigContainer & {readonly image: string; readonly capture?: boolean}>>;
}

export type ConfigStep = {readonly exec: string} | {readonly test: string} | {readonly http: string};

export interface CheckedConfig {
  readonly content: ConfigFile;
  /** Directory that relative paths in it start from. */
  readonly directory: string;
  readonly problemAt: ProblemAt;
}

/** Reads a config and holds it against the schema. @throws WinnowError (usage) that names file and line, and what to write */
export async function readConfig(file: string, cwd: string): Promise<CheckedConfig> {
  const {content, problemAt} = await readChecked<ConfigFile>(file, cwd, {what: 'the config', schema: 'winnow.config.1.json', example: 'docs/config.md has an example'});
  return {content, directory: path.dirname(path.resolve(cwd, file)), problemAt};
}
