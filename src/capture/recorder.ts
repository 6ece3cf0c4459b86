import type {AccessRow} from '../model/access.js';
import type {Architecture, SystemCalls} from '../model/run.js';
import type {LossReason, ProbeEvent} from '../wire/probe-event.js';
import {ProgramNames} from './program-names.js';
import type {AccessResolver} from './resolve.js';
import {type Row, RowTable} from './row-table.js';

type AccessEvent = Extract<ProbeEvent, {kind: 'access'}>;

interface Entry {
  readonly rows: readonly Row[];
  readonly isFolded: boolean;
  /** Accesses of this entry that stand in the rows' counts. */
  counted: number;
}

/** How many records were lost, by reason. */
export type Losses = ReadonlyMap<LossReason, number>;

/** Sums the events of one run up to rows, in bounded memory: see RowTable. */
export class RunRecorder {
  readonly #resolver: AccessResolver;
  readonly #programs = new ProgramNames();
  readonly #table: RowTable;
  /** As many as the probe's own table holds. */
  readonly #entries = new Map<number, Entry>();
  readonly #losses = new Map<LossReason, number>();
  #lost = 0;
  #unresolved = 0;
  #counted = 0;
  #folded = 0;
  readonly #systemCalls = new Map<Architecture, Set<string>>();
  #end: Extract<ProbeEvent, {kind: 'end'}> | undefined;

  constructor(resolver: AccessResolver, detailBytes?: number) {
    this.#resolver = resolver;
    this.#table = new RowTable(resolver.tree, detailBytes);
  }

  /** Rows seen for the first time through this event. */
  observe(event: ProbeEvent): readonly AccessRow[] {
    switch (event.kind) {
      case 'hello':
        return [];
      case 'scope':
        this.#resolver.rootDev ||= event.rootDev;
        return [];
      case 'process':
        this.#programs.add(event.processId, event.parentId, event.exe);
        return [];
      case 'access':
        return this.#access(event);
      case 'repeat':
        this.#add(event.entryId, 1, event.timeNs);
        return [];
      case 'count':
        this.#add(event.entryId, event.count - (this.#entries.get(event.entryId)?.counted ?? 0), event.lastNs);
        return [];
      case 'lost':
        this.#lost += event.count;
        this.#losses.set(event.reason, (this.#losses.get(event.reason) ?? 0) + event.count);
        return [];
      case 'syscall':
        this.#systemCalls.set(event.architecture, (this.#systemCalls.get(event.architecture) ?? new Set()).add(event.name));
        return [];
      case 'end':
        this.#end = event;
        return [];
    }
  }

  get rows(): AccessRow[] {
    return this.#table.rows;
  }

  /** Accesses the probe or the resolution could not account for. */
  get lost(): number {
    return this.#lost + this.#unresolved;
  }

  /** The same by reason; what the resolution could not account for is of a path. */
  get losses(): Losses {
    return this.#unresolved === 0 ? this.#losses : new Map([...this.#losses, ['path', (this.#losses.get('path') ?? 0) + this.#unresolved]]);
  }

  /** Accesses in the rows; what the probe says once it has said it. */
  get captured(): number {
    return this.#end === undefined ? this.#counted : this.#end.delivered - this.#unresolved;
  }

  /** Those of them that stand in rows for several processes or paths. */
  get folded(): number {
    return this.#folded;
  }

  /** Undefined where the probe told none. */
  get systemCalls(): SystemCalls | undefined {
    return this.#systemCalls.size === 0 ? undefined : Object.fromEntries([...this.#systemCalls].map(([architecture, names]) => [architecture, [...names].sort()]));
  }

  /** True once the probe said that everything it had was delivered. */
  get ended(): boolean {
    return this.#end !== undefined;
  }

  #access(event: AccessEvent): readonly AccessRow[] {
    if (event.entryId !== 0 && this.#entries.has(event.entryId)) {
      this.#add(event.entryId, 1, event.timeNs); // two CPUs may both send an entry's first sight
      return [];
    }
    const resolved = this.#resolver.resolve(event.target, event.op, event.errno);
    if (resolved === null) {
      this.#unresolved += 1;
      return [];
    }
    const {processId, pid, ppid} = event;
    const by = {processId, pid, ppid, exe: this.#programs.of(processId)};
    const found = resolved.map((access) => this.#table.find(access, by, event.timeNs));
    const entry = {rows: found.map(({row}) => row), isFolded: found.some(({isFolded}) => isFolded), counted: 0};
    if (event.entryId !== 0) {
      this.#entries.set(event.entryId, entry);
    }
    this.#raise(entry, 1, event.timeNs);
    return found.filter(({isFresh}) => isFresh).map(({row}) => row);
  }

  #add(entryId: number, count: number, lastNs: bigint): void {
    const entry = this.#entries.get(entryId);
    if (entry !== undefined && count > 0) { // else its first sight was lost, and counted as lost
      this.#raise(entry, count, lastNs);
    }
  }

  #raise(entry: Entry, count: number, lastNs: bigint): void {
    entry.counted += count;
    this.#counted += count;
    this.#folded += entry.isFolded ? count : 0;
    for (const row of entry.rows) {
      row.count += count;
      row.lastNs = lastNs > row.lastNs ? lastNs : row.lastNs;
    }
  }
}
