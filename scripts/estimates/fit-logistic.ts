export interface LogisticRows {
  /** Row-major. */
  readonly x: Float64Array;
  readonly columns: number;
  /** Share of positives and weight of each row. */
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

const iterations = 60;
const sweeps = 200;

/**
 * Weights b that minimise Σ w (−y ln p − (1 − y) ln(1 − p)) + λ Σ (b − b₀)²·v with p = logistic(x·b), b ≥ lower: Newton's method, each step a
 * quadratic programme solved by coordinate descent (Friedman, Hastie & Tibshirani 2010, section 3), halved while it does not improve.
 * v is the column's mean square, so that scales are no matter.
 *
 * @param prior b₀, what the weights are without evidence; 0 where it says nothing
 */
export function fitLogistic({x, columns, y, weight}: LogisticRows, lambda: number, lower: readonly number[], prior: readonly number[] = []): number[] {
  const rows = y.length;
  const scale = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, at += 1) {
      scale[column]! += (weight[row]! * x[at]! ** 2);
    }
  }
  const total = weight.reduce((sum, value) => sum + value, 0);
  const penalty = scale.map((sum) => (lambda * sum) / total + 1e-9);
  const objective = (b: Float64Array): number => {
    let sum = b.reduce((all, value, at) => all + penalty[at]! * (value - (prior[at] ?? 0)) ** 2, 0);
    for (let row = 0, at = 0; row < rows; row += 1) {
      let z = 0;
      for (let column = 0; column < columns; column += 1, at += 1) {
        z += b[column]! * x[at]!;
      }
      sum += weight[row]! * (Math.max(z, 0) - z * y[row]! + Math.log1p(Math.exp(-Math.abs(z))));
    }
    return sum;
  };
  let b: Float64Array = Float64Array.from(lower, (low, at) => Math.max(prior[at] ?? 0, low));
  let value = objective(b);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const {gradient, hessian} = derivatives(b);
    const step = boundedStep(gradient, hessian, b, lower);
    let size = 1;
    let next = b;
    let better = value;
    for (; size > 1e-6; size /= 2) {
      next = b.map((old, at) => old + size * step[at]!);
      better = objective(next);
      if (better < value) {
        break;
      }
    }
    if (!(value - better > 1e-10 * Math.abs(value))) {
      break;
    }
    b = next;
    value = better;
  }
  return [...b];

  function derivatives(at: Float64Array): {gradient: Float64Array; hessian: Float64Array} {
    const gradient = at.map((old, column) => 2 * penalty[column]! * (old - (prior[column] ?? 0)));
    const hessian = new Float64Array(columns * columns);
    for (let row = 0, from = 0; row < rows; row += 1, from += columns) {
      let z = 0;
      for (let column = 0; column < columns; column += 1) {
        z += at[column]! * x[from + column]!;
      }
      const p = 1 / (1 + Math.exp(-z));
      const residual = weight[row]! * (p - y[row]!);
      const curvature = weight[row]! * Math.max(p * (1 - p), 1e-9);
      for (let column = 0; column < columns; column += 1) {
        const xc = x[from + column]!;
        if (xc !== 0) {
          gradient[column]! += residual * xc;
          for (let other = 0; other <= column; other += 1) {
            hessian[column * columns + other]! += curvature * xc * x[from + other]!;
          }
        }
      }
    }
    for (let column = 0; column < columns; column += 1) {
      hessian[column * columns + column]! += 2 * penalty[column]!;
      for (let other = column + 1; other < columns; other += 1) {
        hessian[column * columns + other] = hessian[other * columns + column]!;
      }
    }
    return {gradient, hessian};
  }

  function boundedStep(gradient: Float64Array, hessian: Float64Array, from: Float64Array, low: readonly number[]): Float64Array {
    const step = new Float64Array(columns);
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      for (let column = 0; column < columns; column += 1) {
        let slope = gradient[column]!;
        for (let other = 0; other < columns; other += 1) {
          slope += hessian[column * columns + other]! * step[other]!;
        }
        step[column] = Math.max(low[column]! - from[column]!, step[column]! - slope / hessian[column * columns + column]!);
      }
    }
    return step;
  }
}
