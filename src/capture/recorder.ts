import type {AccessRow} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ProbeEvent} from '../wire/probe-event.js';
import type {AccessResolver, ResolvedAccess} from './resolve.js';

type Mutable<T> = {-readonly [K in keyof T]: T[K]};
type Row = Mutable<AccessRow>;
type AccessEvent = Extract<ProbeEvent, {kind: 'access'}>;

interface Entry {
  readonly rows: readonly Row[];
  /** Accesses of this entry that stand in the rows' counts. */
  counted: number;
}

/** Sums the events of one run up to rows: one a process, path, operation and result. */
export class RunRecorder {
  readonly #resolver: AccessResolver;
  readonly #exes = new Map<number, ContainerPath>();
  readonly #rows = new Map<string, Row>();
  readonly #entries = new Map<number, Entry>();
  #lost = 0;
  #counted = 0;
  #end: Extract<ProbeEvent, {kind: 'end'}> | undefined;

  constructor(resolver: AccessResolver) {
    this.#resolver = resolver;
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
        this.#exes.set(event.processId, event.exe ?? this.#exes.get(event.parentId) ?? '');
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
        return [];
      case 'end':
        this.#end = event;
        return [];
    }
  }

  get rows(): AccessRow[] {
    return [...this.#rows.values()];
  }

  /** Accesses the probe or the resolution could not account for. */
  get lost(): number {
    return this.#lost;
  }

  /** Accesses in the rows; what the probe says once it has said it. */
  get captured(): number {
    return this.#end?.delivered ?? this.#counted;
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
      this.#lost += 1;
      return [];
    }
    const fresh: Row[] = [];
    const rows = resolved.map((access) => this.#row(access, event, fresh));
    for (const row of rows) {
      row.count += 1;
      row.lastNs = event.timeNs;
    }
    this.#counted += 1;
    if (event.entryId !== 0) {
      this.#entries.set(event.entryId, {rows, counted: 1});
    }
    return fresh;
  }

  #row(access: ResolvedAccess, event: AccessEvent, fresh: Row[]): Row {
    const key = `${event.processId} ${access.op} ${access.errno} ${access.path}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = {
        ...access,
        count: 0,
        firstNs: event.timeNs,
        lastNs: event.timeNs,
        pid: event.pid,
        ppid: event.ppid,
        exe: this.#exes.get(event.processId) ?? '',
      };
      this.#rows.set(key, row);
      fresh.push(row);
    }
    return row;
  }

  #add(entryId: number, count: number, lastNs: bigint): void {
    const entry = this.#entries.get(entryId);
    if (entry === undefined || count <= 0) {
      return; // its first sight was lost, and counted as lost
    }
    entry.counted += count;
    this.#counted += count;
    for (const row of entry.rows) {
      row.count += count;
      row.lastNs = lastNs > row.lastNs ? lastNs : row.lastNs;
    }
  }
}
