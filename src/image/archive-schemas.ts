import {Ajv, type ValidateFunction} from 'ajv';
import type {Buffer} from 'node:buffer';
import {lazily} from '../model/lazily.js';
import {archiveError} from './archive-error.js';

/** One image of manifest.json, as `docker save` writes it. */
export interface SavedImage {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[] | null;
}

/** OCI content descriptor, as far as it is used. */
export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string | null;
  readonly platform: {readonly os: string; readonly architecture: string; readonly variant: string | null} | null;
  readonly annotations: Readonly<Record<string, string>> | null;
}

/** OCI image index, or image manifest: which one, its fields tell (image-spec, image-index.md and manifest.md). */
export interface OciDocument {
  readonly manifests: readonly Descriptor[] | null;
  readonly config: Descriptor | null;
  readonly layers: readonly Descriptor[] | null;
}

/** Image config, as far as it is used (image-spec, config.md). */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly variant: string | null;
  readonly rootfs: {readonly diff_ids: readonly string[] | null};
}

const digest = {type: 'string', pattern: '^sha256:[0-9a-f]{64}$'} as const;
const strings = {type: ['array', 'null'], default: null, items: {type: 'string'}} as const;

const descriptor = {
  type: 'object',
  required: ['digest'],
  properties: {
    digest,
    mediaType: {type: ['string', 'null'], default: null},
    platform: {
      type: ['object', 'null'],
      default: null,
      required: ['os', 'architecture'],
      properties: {os: {type: 'string'}, architecture: {type: 'string'}, variant: {type: ['string', 'null'], default: null}},
    },
    annotations: {type: ['object', 'null'], default: null, additionalProperties: {type: 'string'}},
  },
} as const;

const ajv = new Ajv({useDefaults: true, allowUnionTypes: true});

/** @throws WinnowError where the document, named `path` in the archive, is not JSON of this shape (so do those below) */
export const parseSavedImages = parser<readonly SavedImage[]>({
  type: 'array',
  items: {
    type: 'object',
    required: ['Config'],
    properties: {Config: {type: 'string'}, RepoTags: strings, Layers: strings},
  },
});

export const parseOciDocument = parser<OciDocument>({
  type: 'object',
  properties: {
    manifests: {type: ['array', 'null'], default: null, items: descriptor},
    config: {...descriptor, type: ['object', 'null'], default: null},
    layers: {type: ['array', 'null'], default: null, items: descriptor},
  },
});

export const parseImageConfig = parser<ImageConfig>({
  type: 'object',
  required: ['architecture', 'os', 'rootfs'],
  properties: {
    architecture: {type: 'string'},
    os: {type: 'string'},
    variant: {type: ['string', 'null'], default: null},
    rootfs: {
      type: 'object',
      properties: {diff_ids: {type: ['array', 'null'], default: null, items: digest}},
    },
  },
});

function parser<T>(schema: object): (bytes: Buffer, path: string) => T {
  const check = lazily((): ValidateFunction<T> => ajv.compile<T>(schema));
  return (bytes, path) => {
    const value = parseJson(bytes, path);
    const validate = check();
    if (!validate(value)) {
      throw archiveError(`${path} is not as it should be: ${ajv.errorsText(validate.errors, {dataVar: ''})}`);
    }
    return value;
  };
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw archiveError(`${path} is not JSON`, error);
  }
}
