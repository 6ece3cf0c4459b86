/** Whose accesses a probe tells. */
export type ProbeTarget =
  /** The container of this full id, 64 hex digits. */
  | {readonly by: 'container'; readonly id: string}
  /** Containers of these ids, in one stream of several targets (`targetIndexOf`): at least two, at most `targetsMax`. */
  | {readonly by: 'containers'; readonly ids: readonly string[]}
  /** What is in this directory of the unified cgroup hierarchy, and below it. */
  | {readonly by: 'cgroup'; readonly directory: string}
  /** A process and its descendants. */
  | {readonly by: 'pid'; readonly pid: number};
