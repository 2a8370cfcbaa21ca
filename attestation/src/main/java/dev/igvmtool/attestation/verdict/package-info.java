/**
 * The answer of a verification: a tree of checks, each of which passed, failed or was not made, with what was found,
 * what was expected and the clause that asks for it. Nothing is left out silently: a check that cannot be made stands in
 * the tree with the reason. Start at {@link dev.igvmtool.attestation.verdict.Verdict}. Depends on nothing.
 */
@NullMarked
package dev.igvmtool.attestation.verdict;

import org.jspecify.annotations.NullMarked;
