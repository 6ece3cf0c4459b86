import {Buffer} from 'node:buffer';

/** Labels that winnow gives to images. */
export const originalLabel = 'winnow.original';
export const remainderLabel = 'winnow.remainder';

/** An image config as far as it is changed; everything else stays as it is. */
interface ConfigDocument {
  readonly config?: {readonly Labels?: Readonly<Record<string, string>> | null} | null;
  readonly history?: readonly object[] | null;
  readonly rootfs: object;
}

/** The original's config with other layers, labels, and a line of history that makes no layer. */
export function debloatedConfig(original: Buffer, diffIds: readonly string[], labels: Readonly<Record<string, string>>): Buffer {
  const document = JSON.parse(original.toString('utf8')) as ConfigDocument;
  const {config, history, rootfs} = document;
  return Buffer.from(JSON.stringify({
    ...document,
    config: {...config, Labels: {...config?.Labels, ...labels}},
    ...(history == null ? {} : {history: [...history, {created_by: 'winnow debloat', empty_layer: true}]}),
    rootfs: {...rootfs, diff_ids: diffIds},
  }));
}

/** @param platform `linux/arm/v7` */
export function remainderConfig(platform: string, diffIds: readonly string[], labels: Readonly<Record<string, string>>): Buffer {
  const [os, architecture, variant] = platform.split('/');
  const history = diffIds.map(() => ({created_by: 'winnow debloat: remainder'}));
  return Buffer.from(JSON.stringify({architecture, os, variant, config: {Labels: labels}, rootfs: {type: 'layers', diff_ids: diffIds}, history}));
}

/** @returns labels of an image; none for a config without */
export function labelsOf(config: Buffer): Readonly<Record<string, string>> {
  return (JSON.parse(config.toString('utf8')) as ConfigDocument).config?.Labels ?? {};
}
