/**
 * What an image's rates start from, by cell (`cellOf`): those that the images in test/fixtures/traces have in common. Made by scripts/traces.d/novel-prior.ts.
 */
export const novelPrior: readonly number[] = [
  0.336, 0.092, 0.123, 0.021, 0.000, // stem, of which other runs needed none
  0.000, 0.000, 0.000, 0.000, 0.000, // stem, of which other runs needed some
  0.397, 0.472, 0.509, 0.605, 0.614, // directory-extension, of which other runs needed none
  0.034, 0.066, 0.162, 0.156, 0.382, // directory-extension, of which other runs needed some
  0.141, 0.157, 0.202, 0.192, 0.263, // directory, of which other runs needed none
  0.000, 0.000, 0.000, 0.000, 0.000, // directory, of which other runs needed some
  0.104, 0.176, 0.218, 0.239, 0.271, // package-extension, of which other runs needed none
  0.006, 0.012, 0.026, 0.050, 0.204, // package-extension, of which other runs needed some
  0.001, 0.005, 0.011, 0.007, 0.013, // package, of which other runs needed none
  0.004, 0.008, 0.010, 0.014, 0.043, // package, of which other runs needed some
];
