/** Types that keep apart values of the same primitive type, such as two sorts of ids. */

declare const distinct: unique symbol;

/**
 * A string or number that names one sort of thing. The compiler refuses one sort where it expects another, so that
 * it detects arguments in the wrong order. It accepts plain values, such as literals and parsed input.
 */
export type Distinct<Base extends string | number, Name extends string> = Base & { readonly [distinct]?: Name };
