import {readFile} from 'node:fs/promises';
import test from 'ava';
import {decodeCreport} from '../../src/wire/creport.js';

const report = await readFile(new URL('../fixtures/creport/creport.json', import.meta.url), 'utf8');
const changed = (change: (monitors: Record<string, Record<string, unknown> | null>) => void): string => {
  const document = JSON.parse(report) as {monitors: Record<string, Record<string, unknown> | null>};
  change(document.monitors);
  return JSON.stringify(document);
};

test('what fanotify and ptrace saw become accesses, with their counts', (t) => {
  const {events, incompleteReason} = decodeCreport(report);
  t.is(incompleteReason, '');
  const accesses = events.flatMap((event) => (event.kind === 'access' ? [{...event, times: events.flatMap((other) => (other.kind === 'count' && other.entryId === event.entryId ? [other.count] : []))}] : []));
  t.deepEqual(accesses.map(({target, op, pid, times}) => [target.by === 'file' ? target.path : `${target.base ?? ''}>${target.name}`, op, pid, ...times]), [
    ['/bin/busybox', 'exec', 12, 1],
    ['/bin/busybox', 'read', 12, 1],
    ['/etc/passwd', 'read', 13, 3],
    ['/tmp/out', 'write', 13, 1],
    ['>/bin/sh', 'exec', 12, 1],
    ['>/etc/passwd', 'read', 13, 2],
    ['/etc>group', 'stat', 0, 4],
  ]);
});

test('a report of one monitor only shows no disuse', (t) => {
  t.is(decodeCreport(changed((monitors) => { monitors['pt'] = null; })).incompleteReason, 'slim watched by one of its two monitors only');
  t.not(decodeCreport(changed((monitors) => { monitors['fan'] = null; })).incompleteReason, '');
});

test('a name that JSON could not hold is lost, and counted', (t) => {
  const {events} = decodeCreport(changed(({fan}) => { (fan ?? {})['process_files'] = {12: {'/srv/caf\ufffd': {event_count: 3, first_eid: 1, reads: 3}}}; }));
  t.deepEqual(events.filter(({kind}) => kind === 'lost'), [{kind: 'lost', cpu: 0, reason: 'path', count: 3}]);
});

for (const [title, text, message] of [
  ['text that is no JSON', 'dear diary', /^it is not JSON: /],
  ['another document', '{"runs": []}', /^it is no creport\.json of slim: {2}must have required property 'monitors'/],
  ['counts that are none', changed(({fan}) => { (fan ?? {})['process_files'] = {12: {'/x': {reads: -1}}}; }), /must be >= 0/],
  ['a report without monitors', '{"monitors": {}}', /neither a "fan" nor a "pt"/],
] as const) {
  test(`${title} is refused`, (t) => {
    t.throws(() => decodeCreport(text), {name: 'WinnowError', message});
  });
}
