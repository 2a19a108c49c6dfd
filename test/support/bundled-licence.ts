/** A licence whose code may be bundled. The last one is what one package calls Apache's. */
export const bundledLicence =
  /^(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|Unlicense|Apache License 2\.0)$/;
