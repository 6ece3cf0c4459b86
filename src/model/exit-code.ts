/** Exit codes of every command; a contract with scripts outside the project (README, "Exit codes"). */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Verification failed, or a threshold was exceeded. */
  threshold: 3,
  /** The work is done, but capture lost records. */
  lostRecords: 4,
  /** This host cannot; `winnow doctor` says why. */
  hostCannot: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
