import type {StepAnswer} from '../../capture/workload.js';
import type {Observation} from './observation.js';

/**
 * How a run differs from runs of the same workload on the original image, a line each; none where it does not. What the
 * original's own runs do not agree on says nothing: bodies with a date in them, say.
 *
 * @param original at least one run; two tell what is stable
 */
export function differences(original: readonly Observation[], {exitCode, failure, answers}: Observation): string[] {
  const found: string[] = [];
  if (failure !== null && original.every((run) => run.failure === null)) {
    found.push(failure);
  }
  const usual = agreed(original.map((run) => run.exitCode));
  if (usual !== undefined && usual !== exitCode && failure === null) {
    found.push(`it ended with ${exitText(exitCode)} rather than ${exitText(usual)}`);
  }
  answers.forEach((answer, at) => {
    const before = original.flatMap((run) => run.answers[at] ?? []);
    found.push(...(before.length === original.length ? answerDifferences(before, answer) : []));
  });
  return [...new Set(found)];
}

function answerDifferences(before: readonly StepAnswer[], answer: StepAnswer): string[] {
  if (answer.kind !== 'http') {
    const usual = agreed(before.map((other) => (other.kind === 'http' ? null : other.exitCode)));
    return usual == null || usual === answer.exitCode ? [] : [`"${answer.what}" ended with exit code ${answer.exitCode} rather than ${usual}`];
  }
  const status = agreed(before.map((other) => (other.kind === 'http' ? other.status : null)));
  if (status != null && status !== answer.status) {
    return [answer.status === null ? `${answer.what} did not answer` : `${answer.what} answered ${answer.status} rather than ${status}`];
  }
  const body = agreed(before.map((other) => (other.kind === 'http' ? other.bodyDigest : null)));
  return body != null && body !== answer.bodyDigest ? [`${answer.what} answered with another body`] : [];
}

/** What all say; undefined where they differ. */
function agreed<T>(values: readonly T[]): T | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}

const exitText = (code: number | null): string => (code === null ? 'no exit code, as it had to be stopped,' : `exit code ${code}`);
