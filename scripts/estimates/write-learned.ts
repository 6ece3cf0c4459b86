/** `scripts/learn`: learns from the packed traces of all images and writes src/train/estimate/learned.ts. */
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {seenFeatures, unseenFeatures} from '../../src/train/estimate/features.js';
import {learn} from './learn.js';
import {loadTracedImages} from './traced-image.js';

const target = path.resolve(import.meta.dirname, '../../src/train/estimate/learned.ts');
const columns = 150;

const {unseen, seen, familiar} = learn(await loadTracedImages());
const weights = (names: readonly string[], values: readonly number[]): string =>
  values.map((value, at) => `    ${Number(value.toFixed(4))}, // ${names[at] ?? ''}\n`).join('');
await writeFile(target, `import type {Learned} from './estimate.js';

/** Made by \`scripts/learn\` from the traces in test/fixtures/traces; not to be edited by hand. */
export const learned: Learned = {
  unseen: [
${weights(unseenFeatures, unseen)}  ],
  seen: [
${weights(seenFeatures, seen)}  ],
  familiar: {
    logOdds: {
${wrapped(Object.entries(familiar.logOdds).map(([name, value]) => `${quoted(name)}: ${value},`))}
    },
    packages: [
${wrapped(familiar.packages.map((name) => `${quoted(name)},`))}
    ],
  },
};
`);

function wrapped(items: readonly string[]): string {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length < columns) {
      lines[lines.length - 1] = `${last} ${item}`;
    } else {
      lines.push(`      ${item}`);
    }
  }
  return lines.join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
