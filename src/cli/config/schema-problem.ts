import type {ErrorObject} from 'ajv';
import type {ConfigPath} from './checked-file.js';
import {nearest} from './nearest.js';

export interface SchemaProblem {
  readonly place: ConfigPath;
  readonly message: string;
  /** What to write; the schema's descriptions say it. */
  readonly hint: string;
}

type Schema = Readonly<Record<string, unknown>> & {readonly description?: string; readonly properties?: object};

/** What is wrong, for a person, in `document` ("the config"). Of several errors the last is the outermost: "none of these", not why each of them is not. */
export function schemaProblem(errors: readonly ErrorObject[], document: string): SchemaProblem {
  const error = errors.at(-1);
  if (error === undefined) {
    throw new Error('the schema refused without a reason');
  }
  const place = placeOf(error.instancePath);
  const schema = (error.parentSchema ?? {}) as Schema;
  const known = Object.keys(schema.properties ?? {});
  switch (error.keyword) {
    case 'additionalProperties': {
      const {additionalProperty: key} = error.params as {readonly additionalProperty: string};
      const meant = nearest(key, known);
      return {place: [...place, key], message: `"${key}" is not known here`, hint: meant === null ? `known are ${known.join(', ')}` : `write "${meant}"`};
    }
    case 'propertyNames': {
      const {propertyName: key} = error.params as {readonly propertyName: string};
      const {description = ''} = error.schema as Schema;
      return {place: [...place, key], message: `"${key}" is not a name for this`, hint: `write ${description}`};
    }
    case 'required': {
      const {missingProperty: key} = error.params as {readonly missingProperty: string};
      return {place, message: `${nameOf(place, document)} has no "${key}"`, hint: `write ${schema.description ?? ''}`};
    }
    default:
      return {place, message: `${nameOf(place, document)} can't be ${shown(error.data)}`, hint: `write ${schema.description ?? ''}`};
  }
}

/** `/workloads/0/name` as a JSON pointer says it (RFC 6901). */
function placeOf(pointer: string): ConfigPath {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** `workloads[0].runs` */
function nameOf(place: ConfigPath, document: string): string {
  return place.length === 0 ? document : place.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`)).join('');
}

function shown(data: unknown): string {
  if (data === null || data === undefined) {
    return 'empty';
  }
  if (typeof data === 'object') {
    return Array.isArray(data) ? (data.length === 0 ? 'an empty list' : 'a list') : 'a map';
  }
  const text = JSON.stringify(data);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
