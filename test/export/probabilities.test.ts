import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {probabilitiesCsv, writeProbabilitiesParquet} from '../../src/export/probabilities.js';
import {sqlText, withDuckDb} from '../../src/store/duckdb.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {followsSchema} from '../follows-schema.js';
import {temporaryDirectory} from '../store/fixtures.js';
import {makeIndex, makeTouches} from '../train/make.js';
import {bytesOf} from './byte-names.js';

const index = makeIndex({'/lib/ld.so': {package: 'libc6'}, '/sbin/served': {interpreter: '/lib/ld.so', layer: 3}, '/srv/a,"b"\n': {}, '/srv/\udcff%': {bytes: 2 ** 40}});
const profile = trainProfile(makeTouches([{workload: 'a', touches: ['exec /sbin/served', '/srv/\udcff%']}, {workload: 'b,"c"', touches: ['/srv/\udcff%']}]), index);

const expected = profile.files.map(({path: name, type, layer, bytes, package: owner, probability, interval, observedRuns, observedWorkloads}) => ({
  path: name === '/srv/\udcff%' ? '/srv/%FF%25' : name, path_encoded: name === '/srv/\udcff%', type, layer, bytes: BigInt(bytes), package: owner, probability,
  low: interval[0], high: interval[1], observed_runs: observedRuns, observed_flawed_runs: 0, workloads: observedWorkloads,
  implied_by: name === '/lib/ld.so' || name === '/lib' ? '/sbin/served' : name === '/sbin' ? '/sbin/served' : name === '/srv' ? '/srv/%FF%25' : null,
  implied_by_encoded: name === '/srv',
}));

async function read(sql: string): Promise<Record<string, unknown>[]> {
  return withDuckDb(async (connection) => (await connection.runAndReadAll(sql)).getRowObjects());
}

const plain = (rows: Record<string, unknown>[]) => rows.map((row) => ({...row, workloads: typeof row['workloads'] === 'string' ? (JSON.parse(row['workloads']) as string[]) : (row['workloads'] as {items: string[]}).items}));

test('DuckDB reads the Parquet file: every path with its probability', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'p.parquet');
  await writeProbabilitiesParquet(file, profile);
  t.deepEqual(plain(await read(`SELECT * FROM ${sqlText(file)}`)), expected.map((row) => ({...row, workloads: [...row.workloads]})));
  for (const {row} of await read(`SELECT to_json(p)::VARCHAR AS row FROM ${sqlText(file)} p`)) {
    await followsSchema(t, 'winnow.probabilities.1', String(row));
  }
  const pairs = await read(`SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${sqlText(file)})`);
  t.deepEqual(Object.fromEntries(pairs.map(({key, value}) => [key, value])), {schema: 'winnow.probabilities/1', image_id: index.image.id, image_name: 'shop:1.4'});
});

test('DuckDB reads the CSV: the same values, to the last bit', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'p.csv');
  await writeFile(file, bytesOf(probabilitiesCsv(profile)));
  const types = "{path: 'VARCHAR', path_encoded: 'BOOLEAN', type: 'VARCHAR', layer: 'INTEGER', bytes: 'BIGINT', package: 'VARCHAR', probability: 'DOUBLE', low: 'DOUBLE', high: 'DOUBLE', observed_runs: 'INTEGER', observed_flawed_runs: 'INTEGER', workloads: 'VARCHAR', implied_by: 'VARCHAR', implied_by_encoded: 'BOOLEAN'}";
  const rows = await read(`SELECT * FROM read_csv(${sqlText(file)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = ${types})`);
  t.deepEqual(plain(rows), expected.map((row) => ({...row, workloads: [...row.workloads]})));
});
