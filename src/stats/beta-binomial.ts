import {exp, log} from './elementary.js';

/** Parameters of a Beta distribution, both > 0. */
export interface BetaPrior {
  readonly alpha: number;
  readonly beta: number;
}

/** Before any data: one file in twenty is needed, held as weakly as one run. It weighs as much as one file of the image. */
const assumedMean = 0.05;
const assumedStrength = 1;
/** Standard deviation of ln(strength) around the assumed one: a factor of ten. */
const strengthSpread = Math.LN10;

/**
 * The Beta prior from which the files' needs in n runs look drawn: maximum of the beta-binomial marginal likelihood
 * (Griffiths 1973; as sums of logarithms, Smith 1983, AS 189) under a hyperprior that only decides degenerate data.
 * Adding a constant such as Jeffreys' 1/2 to each file instead would claim use of thousands of files nobody touched.
 *
 * @param histogram histogram[k] = number of files needed in k of the n = histogram.length − 1 runs; histograms of
 * several images over equally many runs merge by addition. Without files or runs, the hyperprior's mode comes back.
 */
export function fitBetaBinomial(histogram: ArrayLike<number>): BetaPrior {
  const likelihood = marginalLikelihood(histogram);
  const objective = (logitMean: number, logStrength: number): number => {
    const mean = 1 / (1 + exp(-logitMean));
    const strength = exp(logStrength);
    const deviation = (logStrength - log(assumedStrength)) / strengthSpread;
    return (
      likelihood(mean * strength, (1 - mean) * strength) +
      assumedMean * log(mean) + (1 - assumedMean) * log(1 - mean) - (deviation * deviation) / 2
    );
  };
  const [logitMean, logStrength] = maximise(objective);
  const mean = 1 / (1 + exp(-logitMean));
  return {alpha: mean * exp(logStrength), beta: (1 - mean) * exp(logStrength)};
}

/** ln Π B(k + α, n − k + β) / B(α, β) over files, by rising factorials: the i-th factor counts the files that reach it. */
function marginalLikelihood(histogram: ArrayLike<number>): (alpha: number, beta: number) => number {
  const n = Math.max(0, histogram.length - 1);
  const needed = new Float64Array(n);
  const spared = new Float64Array(n);
  let files = histogram[0] ?? 0;
  for (let k = 1; k <= n; k += 1) {
    files += histogram[k] ?? 0;
  }
  for (let i = 0, below = 0, above = 0; i < n; i += 1) {
    below += histogram[i] ?? 0;
    above += histogram[n - i] ?? 0;
    needed[i] = files - below;
    spared[i] = files - above;
  }
  return (alpha, beta) => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) {
      sum += (needed[i] ?? 0) * log(alpha + i) + (spared[i] ?? 0) * log(beta + i) - files * log(alpha + beta + i);
    }
    return sum;
  };
}

/** Compass search (Kolda, Lewis & Torczon 2003) from the best point of a coarse grid; deterministic, no derivatives. */
function maximise(objective: (x: number, y: number) => number): [number, number] {
  let best: [number, number] = [0, 0];
  let value = -Infinity;
  const take = (x: number, y: number): boolean => {
    const candidate = objective(x, y);
    if (candidate > value) {
      value = candidate;
      best = [x, y];
      return true;
    }
    return false;
  };
  for (let x = -16; x <= 16; x += 2) {
    for (let y = -8; y <= 12; y += 2) {
      take(x, y);
    }
  }
  for (let step = 1; step > 1e-8; ) {
    const [x, y] = best;
    const moved = [take(x + step, y), take(x - step, y), take(x, y + step), take(x, y - step)].includes(true);
    step = moved ? step : step / 2;
  }
  return best;
}
