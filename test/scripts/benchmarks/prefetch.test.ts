import test from 'ava';
import {benchPrefetch} from '../../../scripts/benchmarks/prefetch.js';

test('on recorded runs of new kinds, prefetching is better than a capped directory and never worse than nothing', async (t) => {
  const {result, table} = await benchPrefetch(['cache', 'web']);
  t.is(table.length, 4);
  for (const {image, novel: {none, model, capped}, cold} of result) {
    t.true(model.ms <= none.ms, image);
    t.true(model.ms < capped.ms, image);
    t.true(cold.model.trips < cold.none.trips / 4, image);
    t.is(none.wastedBytes, 0);
  }
});
