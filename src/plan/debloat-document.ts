import type {DebloatConfig} from '../model/debloat-config.js';
import {textMember} from '../model/text-member.js';

/** A config as the JSON document that docs/schema/winnow.debloat.1.json describes. */
export function debloatDocument(config: DebloatConfig): object {
  return {...config, files: config.files.map((file) => ({...file, ...textMember('path', file.path)}))};
}
