// Learns from the packed traces how often files that no run needed come together, and writes src/plan/prefetch/novel-prior.ts.
// Usage: node --import=tsx scripts/traces.d/novel-prior.ts
import {writeFile} from 'node:fs/promises';
import {eachKindLeftOut} from '../../src/plan/prefetch/learn-prefetch.js';
import {listNeighbourhoods, relations} from '../../src/plan/prefetch/neighbourhoods.js';
import {addCounts, countNovel, missClasses} from '../../src/plan/prefetch/novel-counts.js';
import {poolRates} from '../../src/plan/prefetch/novel-rates.js';
import {readSequences, traceNames} from './sequences.js';

const images = await Promise.all(traceNames.map(readSequences));
const rates = poolRates(images.map((recorded) => {
  const neighbourhoods = listNeighbourhoods(recorded.files);
  return addCounts(eachKindLeftOut(recorded).map(({own, isKnown}) => countNovel(own, neighbourhoods, isKnown)));
}));
const lines = relations.flatMap((relation, at) =>
  ['none', 'some'].map((needed, stale) => {
    const from = (at * 2 + stale) * missClasses;
    return `  ${rates.slice(from, from + missClasses).map((rate) => rate.toFixed(3)).join(', ')}, // ${relation}, of which other runs needed ${needed}`;
  }),
);
await writeFile(new URL('../../src/plan/prefetch/novel-prior.ts', import.meta.url), `/**
 * What an image's rates start from, by cell (\`cellOf\`): those that the images in test/fixtures/traces have in common. Made by scripts/traces.d/novel-prior.ts.
 */
export const novelPrior: readonly number[] = [
${lines.join('\n')}
];
`);
