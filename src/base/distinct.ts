/** Types for values that are the same to the machine and not to us. */

declare const distinct: unique symbol;

/**
 * A string or number that names one sort of thing. The compiler refuses one sort where another is asked for, so
 * that two arguments in the wrong order do not pass. A plain value is taken: what was parsed from outside, and literals.
 */
export type Distinct<Base extends string | number, Name extends string> = Base & { readonly [distinct]?: Name };
