/** One finding about this host. */
export interface Check {
  /** Stable, for machines: "tracefs", "program tp_btf/sys_exit". */
  readonly name: string;
  /** unknown: this host does not let it be found out. */
  readonly status: 'ok' | 'no' | 'unknown';
  /** What was found, for a person. */
  readonly detail: string;
  /** The command that mends it; null where nothing is to be mended, or nothing can. */
  readonly mend: string | null;
}

export const ok = (name: string, detail: string): Check => ({name, status: 'ok', detail, mend: null});
export const no = (name: string, detail: string, mend: string | null = null): Check => ({name, status: 'no', detail, mend});
export const unknown = (name: string, detail: string, mend: string | null = null): Check => ({name, status: 'unknown', detail, mend});
